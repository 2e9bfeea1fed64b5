local function main()
  local parts = {}
  for i = 0, 2999999 do
    parts[#parts + 1] = "item" .. i % 1000
  end
  local joined = table.concat(parts, ",")
  local grown = ""
  for i = 1, 20000 do
    grown = grown .. "ab"
  end
  print(#joined + #grown)
end

main()
