"""Run with an address: what exchangelib finds for it. Its roots come from REQUESTS_CA_BUNDLE."""

import json
import sys

from exchangelib import Credentials
from exchangelib.autodiscover import Autodiscovery
from exchangelib.errors import AutoDiscoverFailed


def main(address: str) -> dict[str, str]:
    try:
        settings, _ = Autodiscovery(address, credentials=Credentials(address, "any")).discover()
    except AutoDiscoverFailed as failed:
        return {"found": "", "said": str(failed)}
    return {"found": settings.ews_url, "said": ""}


if __name__ == "__main__":
    json.dump(main(sys.argv[1]), sys.stdout)
