using System.Collections;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;

namespace Provision.Configuration.Templates;

/// <summary>A group of functions such as <c>string</c>, filled row by row; typed rows cover the most common parameter lists.</summary>
internal sealed class FunctionGroup
{
    private readonly ScriptObject functions = new(64);

    /// <summary>Returns the functions as a read-only object.</summary>
    public ScriptObject Closed()
    {
        functions.IsReadOnly = true;
        return functions;
    }

    public FunctionGroup Value(string name, object value)
    {
        functions.Add(name, value);
        return this;
    }

    public FunctionGroup Add(string name, string signature, Func<FunctionCall, object?> body) => Value(name, new TemplateFunction(signature, body));

    public FunctionGroup Text<T>(string name, Func<string?, T> f) => Add(name, "text:s", c => f(c.Text(0)));

    public FunctionGroup Text<T>(string name, Func<TemplateContext, string?, T> f) => Add(name, "text:s", c => f(c.Context, c.Text(0)));

    public FunctionGroup Texts<T>(string name, string second, Func<string?, string?, T> f) => Add(name, $"text:s {second}:s", c => f(c.Text(0), c.Text(1)));

    public FunctionGroup BoundTexts<T>(string name, string second, Func<TemplateContext, string?, string?, T> f) =>
        Add(name, $"text:s {second}:s", c => f(c.Context, c.Text(0), c.Text(1)));

    public FunctionGroup Number<T>(string name, string parameter, Func<double, T> f) => Add(name, parameter + ":n", c => f(c.Number(0)));

    public FunctionGroup Operator(string name, Func<TemplateContext, SourceSpan, object?, object?, object?> f) =>
        Add(name, "value:o with:o", c => f(c.Context, c.Span, c[0], c[1]));

    public FunctionGroup Date(string name, string amount, Func<DateTime, double, DateTime> f) =>
        Add(name, $"date:d {amount}:n", c => c[0] is DateTime date ? f(date, c.Number(1)) : null);

    public FunctionGroup List<T>(string name, Func<TemplateContext, SourceSpan, IEnumerable?, T> f) =>
        Add(name, "list:l", c => f(c.Context, c.Span, c.Items(0)));

    public FunctionGroup Lists<T>(string name, Func<TemplateContext, SourceSpan, IEnumerable?, IEnumerable?, T> f) =>
        Add(name, "list1:l list2:l", c => f(c.Context, c.Span, c.Items(0), c.Items(1)));

    public FunctionGroup ListAnd<T>(string name, string second, Func<TemplateContext, SourceSpan, IEnumerable?, object?, T> f) =>
        Add(name, $"list:l {second}:o", c => f(c.Context, c.Span, c.Items(0), c[1]));

    public FunctionGroup ListCount<T>(string name, string count, Func<TemplateContext, SourceSpan, IEnumerable?, int, T> f) =>
        Add(name, $"list:l {count}:i", c => f(c.Context, c.Span, c.Items(0), c.Integer(1)));
}
