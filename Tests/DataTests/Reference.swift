import Foundation
import Testing

/// The cases of one file of `Tests/Reference`.
struct ReferenceCase: CustomTestStringConvertible, @unchecked Sendable {
  let name: String
  let operation: String
  let inputs: [String: Any]
  let arguments: [String: Any]
  let expected: [String: Any]
  let rtol: Double
  let atol: Double
  var testDescription: String { name }

  static func all(_ kind: String) -> [ReferenceCase] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Reference/\(kind).json")
    guard let data = try? Data(contentsOf: file),
      let whole = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return [] }
    return (whole["cases"] as? [[String: Any]] ?? []).map { one in
      ReferenceCase(
        name: one["name"] as? String ?? "", operation: one["op"] as? String ?? "",
        inputs: one["inputs"] as? [String: Any] ?? [:], arguments: one["args"] as? [String: Any] ?? [:],
        expected: one["expected"] as? [String: Any] ?? [:], rtol: (one["rtol"] as? NSNumber)?.doubleValue ?? 0,
        atol: (one["atol"] as? NSNumber)?.doubleValue ?? 0)
    }
  }

  func numbers(_ key: String) -> [Double] { flatten(inputs[key]) }
  func integers(_ key: String) -> [Int] { numbers(key).map { Int($0) } }
  func bools(_ key: String) -> [Bool] { numbers(key).map { $0 != 0 } }
  func rows(_ key: String) -> [[Double]] { (inputs[key] as? [Any] ?? []).map(flatten) }
  func number(_ key: String) -> Double? { (arguments[key] as? NSNumber)?.doubleValue }
  func integer(_ key: String) -> Int? { (arguments[key] as? NSNumber)?.intValue }
  func text(_ key: String) -> String? { arguments[key] as? String }
  var weights: [Double]? { inputs["sample_weight"] == nil ? nil : numbers("sample_weight") }

  func expect(_ key: String, _ got: [Double], sourceLocation: SourceLocation = #_sourceLocation) {
    let wanted = flatten(expected[key])
    guard got.count == wanted.count else {
      Issue.record("\(name) \(key): \(got.count) values, expected \(wanted.count)", sourceLocation: sourceLocation)
      return
    }
    for (at, (mine, theirs)) in zip(got, wanted).enumerated() {
      let agrees = mine == theirs || (mine.isNaN && theirs.isNaN) || abs(mine - theirs) <= atol + rtol * abs(theirs)
      if !agrees {
        Issue.record("\(name) \(key)[\(at)]: \(mine), expected \(theirs)", sourceLocation: sourceLocation)
        return
      }
    }
  }

  func expect(_ key: String, _ got: Double, sourceLocation: SourceLocation = #_sourceLocation) {
    expect(key, [got], sourceLocation: sourceLocation)
  }
}

func flatten(_ value: Any?) -> [Double] {
  switch value {
  case let list as [Any]: list.flatMap { flatten($0) }
  case let number as NSNumber: [number.doubleValue]
  case "NaN" as String: [.nan]
  case "Infinity" as String: [.infinity]
  case "-Infinity" as String: [-.infinity]
  case is NSNull: [.nan]
  default: []
  }
}
