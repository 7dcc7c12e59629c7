"""ResNet-18 for pictures of 32 × 32, without the first pooling (He et al. 2015)."""

import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    """Two convolutions, and a way around them."""

    def __init__(self, given: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(given, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.around = nn.Sequential()
        if stride != 1 or given != channels:
            narrow = nn.Conv2d(given, channels, 1, stride, bias=False)
            self.around = nn.Sequential(narrow, nn.BatchNorm2d(channels))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """(B, C, H, W)."""
        inner = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(maps)))))
        return functional.relu(inner + self.around(maps))


class ResNet18(nn.Module):
    """Ten classes of RGB pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        sizes = [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]
        self.stages = nn.Sequential(
            *(
                nn.Sequential(Block(given, channels, stride), Block(channels, channels, 1))
                for given, channels, stride in sizes
            )
        )
        self.fc = nn.Linear(512, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(B, 3, 32, 32) to (B, 10)."""
        maps = self.stages(functional.relu(self.bn1(self.conv1(images))))
        scores: torch.Tensor = self.fc(maps.mean(dim=(2, 3)))
        return scores
