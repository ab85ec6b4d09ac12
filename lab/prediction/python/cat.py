"""The cat: the whole term on a list, pops and appends in every step."""

from answers import handler_of, logger


def ackermann(m, n):
    stack = [m, n]
    while len(stack) > 1:
        n, m = stack.pop(), stack.pop()
        if m == 0:
            stack.append(n + 1)
        elif n == 0:
            stack.append(m - 1)
            stack.append(1)
        else:
            stack.append(m - 1)
            stack.append(m)
            stack.append(n - 1)
    return stack[0]


def cat(parameters):
    m, n = int(parameters["m"]), int(parameters["n"])
    logger.info("Running A(%s, %s)...", m, n)
    result = ackermann(m, n)
    logger.info("A(%s, %s) = %s", m, n, result)
    return 200, {"result": result}


handler = handler_of(cat)
