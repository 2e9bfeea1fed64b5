import Diagnostics

/// What a call of a function checks before its body runs: kinds and dims of its parameters.
struct Signature {
  struct Check {
    var register: Int
    var name: String
    var type: TypeCheck
  }
  var checks: [Check]
  /// Nil where the checks ask for more than dims.
  var plain: PlainDims?
  var result: TypeCheck?
  /// Where the sizes stand, in the order in which they are first named: for the line `so far: b=8`.
  var dims: [(name: String, place: DimPlace)]
}

/// `x: [n, d] = e`
struct BindingCheck {
  var name: String
  var type: TypeCheck
  var dims: [(name: String, place: DimPlace)]
}

struct TypeCheck {
  indirect enum Kind {
    case value(kind: String?, dims: [DimCheck]?)
    case list([TypeCheck])
  }
  var kind: Kind
  var span: Span
}

struct DimCheck {
  enum Kind {
    case ellipsis
    case wildcard
    /// Binds on first use, is checked afterwards.
    case name(String, DimPlace)
    /// Checked, never solved.
    case term(DimTerm)
  }
  var kind: Kind
  var span: Span
}

enum DimPlace {
  case register(Int)
  case capture(Int)
  case global(Int)
}

indirect enum DimTerm {
  case number(Double)
  case place(String, DimPlace)
  case operation(Character, DimTerm, DimTerm)
}
