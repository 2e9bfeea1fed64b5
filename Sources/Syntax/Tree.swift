package import Diagnostics

/// A parsed text: its statements, and where its `#%%` cells start.
package struct Program: Sendable {
  package var source: SourceText
  package var statements: [Statement]
  package var cells: [Cell]

  package init(source: SourceText, statements: [Statement], cells: [Cell] = []) {
    self.source = source
    self.statements = statements
    self.cells = cells
  }

  /// A `#%% Title` line: the statements from `firstStatement` up to the next cell belong to it.
  package struct Cell: Sendable {
    package var title: String
    package var firstStatement: Int

    package init(title: String, firstStatement: Int) {
      self.title = title
      self.firstStatement = firstStatement
    }
  }
}

/// A name with its place.
package struct Name: Sendable {
  package var text: String
  package var span: Span

  package init(_ text: String, _ span: Span) {
    self.text = text
    self.span = span
  }
}

package typealias Block = [Statement]

package struct Statement: Sendable {
  package indirect enum Kind: Sendable {
    /// `use "file.nns" as u`, `use name`; the path is nil for the latter.
    case use(path: String?, name: Name, alias: Name?)
    case model(Name, Function)
    case function(Name, Function)
    case forLoop([Target], Expression, Block)
    case whileLoop(Expression, Block)
    case returns(Expression?)
    case breaks
    case continues
    case assert(Expression, message: Expression?)
    /// `x: [n, d] = e`
    case checkedBinding(Name, TypeExpression, Expression)
    /// `a, (b, c) = e`; one target for a plain assignment.
    case assign([LeftSide], Expression)
    case augment(LeftSide, AugmentedOperator, operatorSpan: Span, Expression)
    case expression(Expression)
  }

  package var kind: Kind
  package var span: Span
  /// The `##` comment above a definition, without the marks.
  package var documentation: String?
  /// Ended by `;`: its value is not shown.
  package var isSilenced: Bool

  package init(_ kind: Kind, _ span: Span, documentation: String? = nil, isSilenced: Bool = false) {
    self.kind = kind
    self.span = span
    self.documentation = documentation
    self.isSilenced = isSilenced
  }
}

package enum AugmentedOperator: String, Sendable { case add = "+=", subtract = "-=", multiply = "*=", divide = "/=" }

/// What a `for` variable or a destructuring position is.
package indirect enum Target: Sendable {
  case name(Name)
  case wildcard(Span)
  case list([Target], Span)
}

/// The left of `=`.
package indirect enum LeftSide: Sendable {
  case name(Name)
  case wildcard(Span)
  /// `x[i]` or `r.f`, at any depth; the expression's kind is `.index` or `.field`.
  case place(Expression)
  case list([LeftSide], Span)
  /// `{loss, auc} = …`
  case record([Name], Span)
}

/// Parameters, result type and body of `fn`, `=>` or `model`.
package struct Function: Sendable {
  package var parameters: [ParameterSyntax]
  package var result: TypeExpression?
  package var body: Body
  package var span: Span
  /// The head alone (`fn f(x, y)`), for labels.
  package var headSpan: Span

  package init(
    parameters: [ParameterSyntax], result: TypeExpression? = nil, body: Body, span: Span, headSpan: Span
  ) {
    self.parameters = parameters
    self.result = result
    self.body = body
    self.span = span
    self.headSpan = headSpan
  }

  package indirect enum Body: Sendable {
    case expression(Expression)
    case block(Block)
  }
}

package struct ParameterSyntax: Sendable {
  /// `_` for a parameter that is not named.
  package var name: Name
  package var isInout: Bool
  package var isRest: Bool
  package var type: TypeExpression?
  package var defaultValue: Expression?

  package init(
    name: Name, isInout: Bool = false, isRest: Bool = false, type: TypeExpression? = nil,
    defaultValue: Expression? = nil
  ) {
    self.name = name
    self.isInout = isInout
    self.isRest = isRest
    self.type = type
    self.defaultValue = defaultValue
  }
}

package struct TypeExpression: Sendable {
  package indirect enum Kind: Sendable {
    /// `int[n]`, `[b, t]`, `string`: kind and dims, at least one of them.
    case value(kind: String?, dims: [Dim]?)
    /// `(int, [n])`
    case list([TypeExpression])
  }

  package var kind: Kind
  package var span: Span

  package init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }
}

package struct Dim: Sendable {
  package indirect enum Kind: Sendable {
    case ellipsis
    case wildcard
    /// A plain name binds or checks; any other expression is checked.
    case expression(Expression)
  }

  package var kind: Kind
  package var span: Span

  package init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }
}
