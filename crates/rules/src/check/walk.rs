//! Goes through a rule file in the order in which the language looks at it: a statement, the name
//! that it stores, then the value from left to right, outside in.

use sml::Root;
use sml::tree::{Assign, Call, Callee, Expr, FormatPart, FormatString, Name, Statement};

/// What is come by.
#[derive(Clone, Copy)]
pub(crate) enum Visit<'t> {
    /// An assignment, before its parts.
    Assign(&'t Assign),
    /// The name that an assignment stores.
    Store(&'t Name),
    /// A name that is read.
    Load(&'t Name),
    /// The name of a function that is called.
    Callee(&'t Name),
    /// A call, before its parts.
    Call(&'t Call, Parent<'t>),
}

/// What a call stands in.
#[derive(Clone, Copy)]
pub(crate) enum Parent<'t> {
    /// Nothing: it is a statement.
    Statement,
    /// It is the whole value of an assignment.
    Assign(&'t Assign),
    /// Another expression.
    Expression,
}

/// Visits everything in a file.
pub(crate) fn walk<'t>(root: &'t Root, visit: &mut dyn FnMut(Visit<'t>)) {
    for statement in &root.statements {
        match statement {
            Statement::Assign(assign) => {
                visit(Visit::Assign(assign));
                visit(Visit::Store(&assign.name));
                expression(&assign.value, Parent::Assign(assign), visit);
            }
            Statement::Expr(call) => self::call(call, Parent::Statement, visit),
        }
    }
}

/// Visits an expression and what it is made of.
pub(crate) fn expression<'t>(expr: &'t Expr, parent: Parent<'t>, visit: &mut dyn FnMut(Visit<'t>)) {
    match expr {
        Expr::Name(name) => visit(Visit::Load(name)),
        Expr::Attribute(attribute) => visit(Visit::Load(&attribute.object)),
        Expr::FormatString(string) => {
            names(string).for_each(|name| visit(Visit::Load(name)));
        }
        Expr::Call(call) => self::call(call, parent, visit),
        _ => {
            for child in expr.children() {
                expression(child, Parent::Expression, visit);
            }
        }
    }
}

fn call<'t>(call: &'t Call, parent: Parent<'t>, visit: &mut dyn FnMut(Visit<'t>)) {
    visit(Visit::Call(call, parent));
    match &call.function {
        Callee::Name(name) => visit(Visit::Callee(name)),
        Callee::Attribute(attribute) => visit(Visit::Load(&attribute.object)),
    }
    for argument in &call.arguments {
        expression(&argument.value, Parent::Expression, visit);
    }
}

/// The names in a format string, in order.
pub(crate) fn names(string: &FormatString) -> impl Iterator<Item = &Name> {
    string.parts.iter().filter_map(|part| match part {
        FormatPart::Name(name) => Some(name),
        FormatPart::Text(_) => None,
    })
}

/// All calls of a file with what they stand in.
pub(crate) fn calls(root: &Root) -> Vec<(&Call, Parent<'_>)> {
    let mut calls = Vec::new();
    walk(root, &mut |visit| {
        if let Visit::Call(call, parent) = visit {
            calls.push((call, parent));
        }
    });
    calls
}

/// The name of the called function, if it is a plain one.
pub(crate) fn function_name(call: &Call) -> Option<&str> {
    match &call.function {
        Callee::Name(name) => Some(&name.text),
        Callee::Attribute(_) => None,
    }
}
