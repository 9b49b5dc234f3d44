"""Attack deploys on throwaway hosts until the rounds are played, and tell what broke.

    python -m siege --rounds 1000 --seed 7
    python -m siege --seed 7 --only 133      play one round again

Several fleets of three hosts stand side by side, and one of ten. Needs root, for the hosts. Exit status 1 if a
promise was broken.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import threading
from collections.abc import Sequence

from siege.campaign import Campaign


def main(words: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(words)
    only = {int(each) for each in asked.only.split(",")} if asked.only else None
    campaign = Campaign(asked.seed, asked.rounds, only, asked.hours * 3600)
    threads = [
        threading.Thread(target=campaign.serve, args=(wide,))
        for wide in (True, *[False] * asked.fleets)
    ]
    for each in threads:
        each.start()
    try:
        for each in threads:
            each.join()
    except KeyboardInterrupt:
        campaign.stop()
        for each in threads:
            each.join()
    print(campaign.told(), flush=True)
    return 1 if campaign.tally.broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m siege",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--hours", type=float, default=24, help="stop after these")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10_000))
    parser.add_argument(
        "--only", default="", metavar="K", help="these rounds alone: 3,17"
    )
    parser.add_argument(
        "--fleets", type=int, default=5, help="of three hosts, side by side"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
