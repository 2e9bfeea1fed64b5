def main():
    parts = []
    for i in range(3_000_000):
        parts.append(f"item{i % 1000}")
    joined = ",".join(parts)
    grown = ""
    for i in range(20_000):
        grown = grown + "ab"
    print(len(joined) + len(grown))


main()
