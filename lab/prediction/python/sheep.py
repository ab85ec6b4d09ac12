"""The sheep: a random weight, then one conditional put."""

import random

from answers import handler_of, logger
from shed import HEAVIEST_UG, LIGHTEST_UG, Shed, Sheep, Weight


def sheep(parameters):
    tattoo = int(parameters["Tatoo"])
    logger.info("tattoo=%s", tattoo)
    one = Sheep(tattoo, Weight(random.randint(LIGHTEST_UG, HEAVIEST_UG)))
    logger.info("create a shed instance")
    Shed().add(one)
    logger.info("success")
    return 201, {"tattoo": one.tattoo, "weight": one.weight.as_ug()}


handler = handler_of(sheep)
