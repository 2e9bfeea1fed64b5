local function main()
  local total = 0.0
  for i = 0, 6324 do
    for j = 0, 6324 do
      total = total + i * j
    end
  end
  print(total)
end

main()
