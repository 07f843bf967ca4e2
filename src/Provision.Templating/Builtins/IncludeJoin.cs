using System.Text;

namespace Provision.Templating.Builtins;

/// <summary><c>include_join names separator begin end</c>: several templates in a row.</summary>
internal static class IncludeJoin
{
    private const string TemplatePrefix = "tpl:";

    internal static readonly DelegateFunction Function = new("include_join", "names separator begin? end?", static (c, a) => Join(c, a));

    private static string Join(TemplateContext context, ScriptArguments a)
    {
        var at = a.At;
        var text = new StringBuilder();
        var separator = Part(a.Text(1));
        var first = true;
        foreach (var name in a.Items(context, 0) ?? [])
        {
            var part = context.IncludeText(context.ObjectToString(name), [], at);
            if (!first)
            {
                text.Append(separator);
            }

            first = false;
            text.Append(part);
            a.CheckLength(context, text.Length);
        }

        return text.Length == 0 ? "" : a.Bounded(context, string.Concat(Part(a.Text(2)), text.ToString(), Part(a.Text(3))));

        string Part(string? written) => written is null ? ""
            : written.StartsWith(TemplatePrefix, StringComparison.Ordinal) ? context.IncludeText(written[TemplatePrefix.Length..].Trim(), [], at)
            : written;
    }
}
