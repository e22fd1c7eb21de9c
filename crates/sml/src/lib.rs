//! What does this rule text say? Lexer, parser, tree, diagnostics and formatter of SML.
