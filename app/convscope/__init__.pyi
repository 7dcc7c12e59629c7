from convscope.client import AsyncClient as AsyncClient
from convscope.client import Client as Client
from convscope.observed.watch import Watch as Watch
from convscope.observed.watch import watch as watch

__version__: str
