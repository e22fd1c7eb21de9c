//! What formatted rule files look like.

use insta::assert_snapshot;

fn formatted(text: &str) -> String {
    sml::format(text).unwrap()
}

#[test]
fn short_statements_stand_on_one_line() {
    let text = "A=1;B  = -2 ;C=not   A\nX :Optional[ str ]=JsonData( path = '$.a' , required=False )\n\
        D=A**2 in[ 1,2 ]\nE=( A+B )*C\nF = f (x = -1 , y=[-2,(3)])\nG=A\\\n+B\nH='a'   \"b\"\nI=M .f( )";
    assert_snapshot!(formatted(text), @r#"
    A = 1
    B = -2
    C = not A
    X: Optional[str] = JsonData(path='$.a', required=False)
    D = A ** 2 in [1, 2]
    E = (A + B) * C
    F = f(x=-1, y=[-2, (3)])
    G = A + B
    H = 'a' "b"
    I = M.f()
    "#);
}

#[test]
fn long_statements_break_at_their_brackets() {
    let text = "Hit = Rule(when_all=[AccountAgeInDays < 7, StringLength(s=PostText) > 400, LinkCount >= 5], description='a long post with links')\n\
        Long = (FirstCondition and SecondCondition and ThirdCondition) or (FourthCondition and not FifthCondition) or Sixth\n\
        Text = RegexMatch(target=PostText, pattern=r'(first alternative of many|second alternative)' r'|third alternative')\n";
    assert_snapshot!(formatted(text), @r#"
    Hit = Rule(
        when_all=[AccountAgeInDays < 7, StringLength(s=PostText) > 400, LinkCount >= 5],
        description='a long post with links',
    )
    Long = (
        FirstCondition and SecondCondition and ThirdCondition
    ) or (FourthCondition and not FifthCondition) or Sixth
    Text = RegexMatch(
        target=PostText,
        pattern=r'(first alternative of many|second alternative)' r'|third alternative',
    )
    "#);
}

#[test]
fn a_trailing_comma_keeps_a_list_broken() {
    assert_snapshot!(formatted("A = [1, 2,]\nB = f(x=1,)\nC = [1, 2]\n"), @r#"
    A = [
        1,
        2,
    ]
    B = f(
        x=1,
    )
    C = [1, 2]
    "#);
}

#[test]
fn comments_and_blank_lines_stay() {
    let text = "# head  \n\n\n\n\n# about A\nA = [ # open\n  1, # one\n  # before two\n  2 # two\n  # end\n] # after\n\n\
        B = f(\n  # nothing yet\n)\nC = (A   # left\n  and B)\n# tail";
    assert_snapshot!(formatted(text), @r#"
    # head


    # about A
    A = [  # open
        1,  # one
        # before two
        2,  # two
        # end
    ]  # after

    B = f(
        # nothing yet
    )
    C = (
        A  # left
        and B
    )
    # tail
    "#);
}

#[test]
fn a_file_with_errors_is_not_touched() {
    let diagnostics = sml::format("A = 1\nB =\n").unwrap_err();
    assert_eq!(diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), ["missing-value"]);
}
