"""What Prometheus reads; no part of the API that programs are written for."""

from fastapi import APIRouter, Request, Response

from convscope.api.deps import TheMonitor

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def get_metrics(request: Request, monitor: TheMonitor) -> Response:
    """The server's metrics, in Prometheus's text format."""
    body, media_type = await monitor.told(request.headers.get("accept", ""))
    headers = {"Content-Type": media_type, "Cache-Control": "no-store"}
    return Response(body, headers=headers)
