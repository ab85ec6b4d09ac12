"""The dog: the table's description, then a scan that counts."""

from answers import handler_of, logger
from shed import Shed


def dog(_parameters):
    logger.info("create a shed instance")
    count = Shed().count()
    logger.info("success - count=%s", count)
    return 200, {"count": count}


handler = handler_of(dog)
