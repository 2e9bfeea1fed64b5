def apply_to_all(f, xs):
    out = []
    for x in xs:
        out.append(f(x))
    return out


def fold(f, xs, start):
    result = start
    for x in xs:
        result = f(result, x)
    return result


def main():
    xs = []
    for i in range(1000):
        xs.append(i)
    total = 0
    for k in range(5000):
        ys = apply_to_all(lambda x: x * k + 1, xs)
        total = total + fold(lambda a, b: a + b, ys, 0)
    print(total)


main()
