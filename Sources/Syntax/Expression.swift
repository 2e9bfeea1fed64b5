package import Diagnostics

package struct Expression: Sendable {
  package indirect enum Kind: Sendable {
    case number(Double)
    case string([StringPart])
    case bool(Bool)
    case none
    case name(String)
    /// `_`, legal as a direct argument of the call right of `|>`.
    case placeholder
    /// `(a)`: kept, since `x |> (e)` applies the value of `e`.
    case parenthesized(Expression)
    /// `[…]` makes a tensor or list, `(a, b)` and `a, b` always a list.
    case bracket([Item], makesList: Bool)
    case record([Field])
    case table(TableSyntax)
    case negate(Expression)
    case not(Expression)
    case arithmetic(ArithmeticOperator, operatorSpan: Span, Expression, Expression)
    case compare(Comparison, operatorSpan: Span, Expression, Expression)
    case and(Expression, Expression)
    case or(Expression, Expression)
    case range(Expression, Expression, isInclusive: Bool)
    /// `a >> b`
    case compose(Expression, operatorSpan: Span, Expression)
    /// `a |> b`
    case pipe(Expression, operatorSpan: Span, Expression)
    case call(Expression, [Argument])
    case index(Expression, [Index])
    case field(Expression, Name)
    case function(Function)
    case conditional(Expression, Block, otherwise: Block?)
    case attempt(Block, caught: Name, handler: Block)
  }

  package var kind: Kind
  package var span: Span

  package init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }
}

package enum ArithmeticOperator: String, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
  case matmul = "@"
}

package enum Comparison: String, Sendable, CaseIterable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case isNotIn = "not in"
}

package enum StringPart: Sendable {
  case text(String)
  /// `{e:spec}`; the spec is checked when parsed.
  case value(Expression, spec: FormatSpec?, Span)
}

package enum Item: Sendable {
  case value(Expression)
  case spread(Expression)
}

package enum Field: Sendable {
  case pair(Name, Expression)
  /// `{x}` within a longer record: the same as `x: x`.
  case shorthand(Name)
  case spread(Expression)
}

package struct Argument: Sendable {
  /// `name=`; nil for a positional one.
  package var name: Name?
  package var value: Expression
  /// `&x`: a place that the call may change.
  package var isInout: Bool
  package var isSpread: Bool

  package init(name: Name? = nil, value: Expression, isInout: Bool = false, isSpread: Bool = false) {
    self.name = name
    self.value = value
    self.isInout = isInout
    self.isSpread = isSpread
  }
}

package enum Index: Sendable {
  case ellipsis(Span)
  case newAxis(Span)
  case at(Expression)
  /// `a..b..step`, `..b`, `a..`, `..`, `a..=b`
  case slice(from: Expression?, to: Expression?, step: Expression?, isInclusive: Bool, Span)
}

package struct TableSyntax: Sendable {
  package var columns: [Name]
  /// Row by row; an empty cell is `none`.
  package var rows: [[Expression]]

  package init(columns: [Name], rows: [[Expression]]) {
    self.columns = columns
    self.rows = rows
  }
}
