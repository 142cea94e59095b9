"""What a list of Mailman did to a body, undone: else no signature of before could be of the body."""

import re

RULE = b"_" * 47 + b"\r\n"  # above Mailman's footer
NEAR_THE_END = 1500


def without_footer(message):
    """Takes the footer off a message's body: a text's end, or a part of its own in a multipart/mixed
    around what was sent. True when there was one."""
    at = message.body.rfind(RULE)
    if at < 0 or at < len(message.body) - NEAR_THE_END:
        return False
    content_type = message.value(b"content-type")
    boundary = re.search(rb'boundary="?([^";\s]+)', content_type)
    if not content_type.lower().startswith(b"multipart/mixed") or not boundary:
        message.body = message.body[:at]
        return True
    parts = (b"\r\n" + message.body).split(b"\r\n--" + boundary[1])
    if len(parts) > 2:
        message.body = parts[1].removeprefix(b"\r\n").partition(b"\r\n\r\n")[2]
    return True
