local function sieve(n)
  local is_prime = {}
  for k = 0, n do is_prime[k] = true end
  local i = 2
  while i * i <= n do
    if is_prime[i] then
      local j = i * i
      while j <= n do
        is_prime[j] = false
        j = j + i
      end
    end
    i = i + 1
  end
  local count = 0
  for k = 2, n do
    if is_prime[k] then count = count + 1 end
  end
  return count
end

for round = 1, 8 do print(sieve(1000000)) end
