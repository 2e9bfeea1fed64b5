def sieve(n):
    is_prime = []
    for k in range(n + 1):
        is_prime.append(True)
    i = 2
    while i * i <= n:
        if is_prime[i]:
            j = i * i
            while j <= n:
                is_prime[j] = False
                j = j + i
        i = i + 1
    count = 0
    for k in range(2, n + 1):
        if is_prime[k]:
            count = count + 1
    return count


for round in range(8):
    print(sieve(1_000_000))
