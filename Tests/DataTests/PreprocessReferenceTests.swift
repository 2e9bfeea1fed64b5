import Autodiff
import Diagnostics
import Layers
import Preprocessing
import Tables
import Tensors
import Testing

private func matrix(_ one: ReferenceCase, _ key: String) -> Tensor {
  let rows = one.rows(key)
  return Tensor(rows.flatMap { $0 }, [rows.count, rows.first?.count ?? 0])
}

private func texts(_ one: ReferenceCase, _ key: String) throws -> Table {
  let rows = (one.inputs[key] as? [[Any]]) ?? []
  return try Table(
    (0..<(rows.first?.count ?? 0)).map { at in ("x\(at)", .text(rows.map { $0[at] as? String })) })
}

private func tensor(_ datum: Datum) throws -> Tensor {
  if case .tensor(let x) = datum { return x }
  guard case .object(let boxed as Boxed) = datum, let table = boxed.value as? Table else {
    throw Failure("test", "neither tensor nor table")
  }
  let columns = table.columns.compactMap(\.numbers)
  return Tensor((0..<table.rowCount).flatMap { row in columns.map { $0[row] } }, [table.rowCount, columns.count])
}

@Suite struct PreprocessReferenceTests {
  @Test(arguments: ReferenceCase.all("preprocess"))
  func agreesWithScikitLearn(_ one: ReferenceCase) throws {
    guard let layer = transform(one) else { return }
    let isText = ["one_hot", "ordinal"].contains(one.operation)
    let key = one.inputs["train"] == nil ? "x" : "train"
    func datum(_ key: String) throws -> Datum {
      isText ? .object(Boxed(try texts(one, key))) : .tensor(matrix(one, key))
    }
    let fitted = try layer.fitted(to: datum(key))
    func apply(_ key: String) throws -> [Double] {
      try tensor(fitted.transform(try datum(key), isTraining: false)).doubles
    }
    for (name, input) in [("train", "train"), ("y", "x"), ("scores", "x"), ("new", "new")]
    where one.expected[name] != nil && one.inputs[input] != nil { one.expect(name, try apply(input)) }
    if one.expected["inverse_new"] != nil {
      one.expect("inverse_new", try tensor(inverse(fitted, fitted.transform(datum("new"), isTraining: false))).doubles)
    }
  }

  private func transform(_ one: ReferenceCase) -> (any Preprocessor)? {
    switch one.operation {
    case "standard_scaler": return one.integer("with_mean") == 0 ? nil : Scaler<StandardRule>()
    case "minmax_scaler":
      var rule = MinMaxRule()
      let range = flatten(one.arguments["range"])
      (rule.low, rule.high, rule.clip) = (range[0], range[1], one.integer("clip") == 1)
      return Scaler(rule)
    case "robust_scaler":
      var rule = RobustRule()
      let range = flatten(one.arguments["quantile_range"])
      (rule.low, rule.high) = (range[0] / 100, range[1] / 100)
      return Scaler(rule)
    case "maxabs_scaler": return Scaler<MaxAbsRule>()
    case "normalize_rows":
      var layer = Normalize()
      layer.norm = ["l1": 1, "l2": 2, "max": .infinity][one.text("norm") ?? ""] ?? 2
      return layer
    case "polynomial_features":
      var layer = PolynomialFeatures()
      layer.degree = one.integer("degree") ?? 2
      layer.bias = one.integer("bias") == 1
      layer.interactionOnly = one.integer("interaction_only") == 1
      return layer
    case "kbins":
      var layer = Bins()
      (layer.count, layer.how) = (one.integer("bins") ?? 5, one.text("strategy") ?? "uniform")
      return layer
    case "impute":
      guard one.name != "impute_text_mode" else { return nil }
      var layer = Impute()
      layer.how =
        ["most_frequent": "mode", "constant": "value"][one.text("strategy") ?? ""] ?? one.text("strategy") ?? ""
      layer.number = one.number("value")
      layer.indicator = one.integer("indicator") == 1
      return layer
    case "one_hot":
      guard one.arguments["drop"] == nil, one.text("unknown") == "ignore" else { return nil }
      var layer = OneHot()
      layer.unknown = "zero"
      return layer
    case "ordinal":
      var layer = Ordinal()
      layer.unknown = "other"
      return layer
    case "pca":
      var layer = PCA()
      (layer.count, layer.whiten) = (one.integer("components") ?? 2, one.integer("whiten") == 1)
      return layer
    default: return nil
    }
  }
}

@Suite struct TransformTests {
  let people = try! Table([
    ("age", .number([20, .nan, 40, 60])), ("plan", .text(["basic", "pro", nil, "basic"])),
    ("left", .bool([true, false, false, true])),
  ])

  private func table(_ datum: Datum) throws -> Table {
    guard case .object(let boxed as Boxed) = datum, let table = boxed.value as? Table else {
      throw Failure("test", "no table")
    }
    return table
  }

  @Test func imputingATableFillsTextsWithTheMostFrequent() throws {
    let fitted = try Impute().fitted(to: .object(Boxed(people)))
    let filled = try table(fitted.transform(.object(Boxed(people)), isTraining: false))
    #expect(try filled.column("age").numbers == [20, 40, 40, 60])
    #expect(try filled.column("plan").cells[2] == .text("basic"))
    let withoutOne = try table(fitted.transform(.object(Boxed(people.drop(["plan"]))), isTraining: false))
    #expect(withoutOne.names == ["age", "left"])
  }

  @Test func oneHotStandsInTheColumnsPlace() throws {
    let complete = try people.dropMissing()
    let fitted = try OneHot().fitted(to: .object(Boxed(complete)))
    let encoded = try table(fitted.transform(.object(Boxed(complete)), isTraining: false))
    #expect(encoded.names == ["age", "plan_basic", "left"])
    let unseen = try Table([("age", .number([1])), ("plan", .text(["basik"])), ("left", .bool([true]))])
    do {
      _ = try fitted.transform(.object(Boxed(unseen)), isTraining: false)
      Issue.record("accepted")
    } catch let failure as Failure {
      #expect(failure.id == "unknown-category")
      #expect(failure.why == "did you mean \"basic\"?")
    }
  }

  @Test func toXYSplitsOffTheTarget() throws {
    let t = try Table([("a", .number([1, 2])), ("b", .number([3, 4])), ("kind", .text(["y", "x"]))])
    let fitted = try ToXY(target: "kind").fitted(to: .object(Boxed(t)))
    guard case .record(let fields) = try fitted.transform(.object(Boxed(t)), isTraining: true),
      case .tensor(let x)? = fields["x"], case .tensor(let y)? = fields["y"]
    else { throw Failure("test", "no record") }
    #expect(try x.doubles == [1, 3, 2, 4])
    #expect(try y.ints == [1, 0])
    let alone = try tensor(fitted.transform(.object(Boxed(t.drop(["kind"]))), isTraining: false))
    #expect(alone.shape == [2, 2])
  }

  @Test func rowsLeaveOnlyWhileTraining() throws {
    let data = Datum.record(
      DatumRecord([("x", .tensor(Tensor([1.0, .nan, 1], [3, 1]))), ("y", .tensor(Tensor([0, 1, 0])))]))
    func rows(_ layer: any Preprocessor, isTraining: Bool) throws -> Int {
      guard case .record(let fields) = try layer.transform(data, isTraining: isTraining),
        case .tensor(let y)? = fields["y"]
      else { return -1 }
      return y.shape[0]
    }
    #expect(try rows(DropMissing(), isTraining: true) == 2)
    #expect(try rows(DropMissing(), isTraining: false) == 3)
    #expect(try rows(DropDuplicates(), isTraining: true) == 2)
  }

  @Test func onLeavesOtherColumnsAlone() throws {
    let t = try Table([("a", .number([1, 3])), ("b", .number([5, 9]))])
    let fitted = try OnColumns(["a"], Scaler<StandardRule>()).fitted(to: .object(Boxed(t)))
    let scaled = try table(fitted.transform(.object(Boxed(t)), isTraining: false))
    #expect(scaled.names == ["a", "b"])
    #expect(try scaled.column("a").numbers == [-1, 1])
    #expect(try scaled.column("b").numbers == [5, 9])
  }

  @Test func anUnfittedTransformSaysSo() throws {
    #expect(throws: Failure.self) { try Scaler<StandardRule>().transform(.tensor(Tensor([1.0])), isTraining: false) }
    #expect(throws: Failure.self) { try Impute().fitted(to: .tensor(Tensor([Double.nan, .nan], [2, 1]))) }
    #expect(throws: Failure.self) { try OneHot().fitted(to: .tensor(Tensor([1.0]))) }
  }
}
