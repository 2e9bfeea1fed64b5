import Foundation

/// Counts a test run from Swift Testing's event stream: a test counts once, one with arguments once for each of them.
func tally(_ file: URL) throws -> (passed: Int, failed: Int) {
  var ran: Set<String> = []
  var withArguments: Set<String> = []
  var failed: Set<String> = []
  for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
    guard let payload = JSON.parse(String(line))?["payload"], let kind = payload["kind"]?.text,
      let test = payload["testID"]?.text, test.contains("(")  // suites have no parentheses
    else { continue }
    let argument = payload["_testCase"]?["id"]?.text
    let id = test + (argument.map { " " + $0 } ?? "")
    switch kind {
    case "testCaseEnded":
      ran.insert(id)
      if argument != nil { withArguments.insert(test) }
    case "testEnded": ran.insert(test)
    case "issueRecorded":
      if case .bool(true) = payload["issue"]?["isKnown"] ?? .null { continue }
      failed.insert(id)
    default: continue
    }
  }
  ran.subtract(withArguments)
  return (ran.subtracting(failed).count, failed.count)
}
