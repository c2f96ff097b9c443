"""Files from the network, kept in a cache folder and checked by their checksum."""

from __future__ import annotations

import os
from pathlib import Path

import pooch
import requests


class DownloadError(OSError):
    """A file could not be fetched, or is not the one that was expected."""


def cache_folder() -> Path:
    """Where downloads are kept: $TEXTLAB_CACHE, else the platform's cache folder for `textlab`."""
    chosen = os.environ.get("TEXTLAB_CACHE")
    return Path(chosen).expanduser() if chosen else Path(pooch.os_cache("textlab"))


def download(url: str, *, checksum: str) -> Path:
    """The file at `url`, from the cache folder when it is there already.

    checksum: "md5:…" or "sha256:…"; also a file from the cache is compared with it. A file gets its name only
    after that, so an interrupted download is never taken for a whole one.
    Raises DownloadError, which says what to do by hand.
    """
    name = url.rsplit("/", 1)[-1]
    target = cache_folder() / name
    by_hand = f"download {url} in another way and put it at {target}"
    try:
        fetched = pooch.retrieve(
            url,
            known_hash=checksum,
            fname=name,
            path=target.parent,
            downloader=pooch.HTTPDownloader(progressbar=True, timeout=30),
        )
    except requests.exceptions.RequestException as error:
        raise DownloadError(f"{url} could not be fetched ({error}): try again later, or {by_hand}") from error
    except ValueError as error:  # pooch's word for a wrong checksum
        raise DownloadError(
            f"what came from {url} has not the expected checksum {checksum}, so it was deleted: the transfer "
            f"broke, or the address serves another file. Try again, or {by_hand}"
        ) from error
    except OSError as error:
        raise DownloadError(
            f"{target} could not be written ({error}): free some space, or set TEXTLAB_CACHE"
        ) from error
    return Path(fetched)
