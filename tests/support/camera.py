"""What a page is told of the camera, where the browser's own shows a pattern."""

NONE = """() => { navigator.mediaDevices.getUserMedia =
  () => Promise.reject(new DOMException("none", "NotFoundError")) }"""
NOT_SECURE = """() => Object.defineProperty(window, "isSecureContext", { value: false })"""
# every stream that was opened, to see whether it ended
KEPT = """() => { const opens = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.opened = [];
  navigator.mediaDevices.getUserMedia = async (...how) => {
    const stream = await opens(...how); window.opened.push(stream); return stream } }"""
# which cameras were asked for; each says that it is the one
ASKED = """() => { const opens = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.asked = [];
  navigator.mediaDevices.getUserMedia = async (how) => {
    const { facingMode } = how.video; window.asked.push(facingMode);
    const stream = await opens(how);
    stream.getVideoTracks()[0].getSettings = () => ({ facingMode });
    return stream } }"""
STILL_OPEN = "() => window.opened.filter((stream) => stream.active).length"
