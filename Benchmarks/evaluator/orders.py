def order(id):
    return {"id": id, "price": 10 + id % 7, "amount": 1 + id % 3, "state": "new", "total": 0}


def priced(o):
    o = dict(o)
    o["total"] = o["price"] * o["amount"]
    if o["total"] > 20:
        o["state"] = "large"
    else:
        o["state"] = "small"
    return o


def main():
    large = 0
    sum = 0
    for round in range(40):
        orders = []
        for id in range(20_000):
            orders.append(order(id))
        for o in orders:
            p = priced(o)
            if p["state"] == "large":
                large = large + 1
            sum = sum + p["total"] - o["total"]
    print(large + sum)


main()
