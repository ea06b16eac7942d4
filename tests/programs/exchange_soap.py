"""WS-Management's envelopes, as a server writes them."""

from xml.sax.saxutils import escape

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
RSP = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
NAMES = {"s": SOAP, "a": WSA, "w": WSMAN, "rsp": RSP, "p": "http://schemas.microsoft.com/powershell"}


class FaultError(Exception):
    """What WS-Management answers with a fault."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


def fault_body(fault: FaultError) -> str:
    """The body that tells of it."""
    return (
        f'<s:Fault xmlns:s="{SOAP}"><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason>'
        f'<s:Text xml:lang="en-US">{escape(fault.reason)}</s:Text></s:Reason><s:Detail>'
        f'<f:WSManFault xmlns:f="{FAULT}" Code="{fault.code}" Machine="mail1.example.com">'
        f"<f:Message>{escape(fault.reason)}</f:Message></f:WSManFault></s:Detail></s:Fault>"
    )


def envelope_of(message: str, action: str, body: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="{WSA}"><s:Header><a:Action>{action}Response</a:Action>'
        f"<a:RelatesTo>{escape(message)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()
