"""Code for PyTorch and for Keras, written from a recipe; nothing is ever read from code."""

from convscope.codegen.keras import keras_code
from convscope.codegen.pytorch import pytorch_code
from convscope.codegen.source import Code, Framework, Subject, tuned

__all__ = ["Code", "Framework", "Subject", "generate", "tuned"]


def generate(subject: Subject, framework: Framework) -> Code:
    """A module that makes the network, loads its exported weights and trains it."""
    if framework == "pytorch":
        return Code("pytorch", f"{subject.module}.py", pytorch_code(subject))
    return Code("keras", f"{subject.module}_keras.py", keras_code(subject))
