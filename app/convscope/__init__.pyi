from convscope.client import AsyncClient as AsyncClient
from convscope.client import Client as Client

__version__: str
