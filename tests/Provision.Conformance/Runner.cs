using System.Text.Json;
using Provision.Templating;

namespace Provision.Conformance;

/// <summary>What came of a case.</summary>
/// <param name="Output">The text, or null where there was an error.</param>
/// <param name="Phase"><c>parse</c> or <c>render</c> where there was an error.</param>
/// <param name="Error">The first error.</param>
internal sealed record Outcome(string? Output, string? Phase, Diagnostic? Error);

/// <summary>Runs cases.</summary>
internal static class Runner
{
    internal static Outcome Run(Case test)
    {
        var parserOptions = ParserOptions.Default;
        if (test.Context.TryGetValue("ExpressionDepthLimit", out var depth))
        {
            parserOptions = parserOptions with { ExpressionDepthLimit = depth.GetInt32() };
        }

        var lexerOptions = new LexerOptions
        {
            Mode = test.Mode switch
            {
                "script-only" => ScriptMode.ScriptOnly,
                "front-matter" => ScriptMode.FrontMatterAndContent,
                _ => ScriptMode.Default,
            },
        };
        var template = Template.Parse(test.Template, test.SourcePath, parserOptions, lexerOptions);
        if (template.HasErrors)
        {
            return new Outcome(null, "parse", template.Messages[0]);
        }

        var context = new TemplateContext();
        foreach (var (name, value) in test.Context)
        {
            Apply(context, name, value);
        }

        context.PushGlobal(test.Model ?? []);
        if (test.Includes is { } includes)
        {
            context.TemplateLoader = new Loader(includes);
        }

        try
        {
            return test.Mode == "script-only"
                ? new Outcome(context.ObjectToString(template.Evaluate(context)), null, null)
                : new Outcome(template.Render(context), null, null);
        }
        catch (ScriptRuntimeException problem)
        {
            return new Outcome(null, "render", problem.Diagnostic);
        }
    }

    private static void Apply(TemplateContext context, string name, JsonElement value)
    {
        switch (name)
        {
            case "StrictVariables": context.StrictVariables = value.GetBoolean(); break;
            case "LoopLimit": context.LoopLimit = value.GetInt32(); break;
            case "RecursiveLimit": context.RecursiveLimit = value.GetInt32(); break;
            case "ObjectRecursionLimit": context.ObjectRecursionLimit = value.GetInt32(); break;
            case "LimitToString": context.LimitToString = value.GetInt32(); break;
            case "EnableRelaxedMemberAccess": context.EnableRelaxedMemberAccess = value.GetBoolean(); break;
            case "EnableRelaxedIndexerAccess": context.EnableRelaxedIndexerAccess = value.GetBoolean(); break;
            case "EnableRelaxedTargetAccess": context.EnableRelaxedTargetAccess = value.GetBoolean(); break;
            case "EnableRelaxedFunctionAccess": context.EnableRelaxedFunctionAccess = value.GetBoolean(); break;
            case "EnableNullIndexer": context.EnableNullIndexer = value.GetBoolean(); break;
            case "AutoIndent": context.AutoIndent = value.GetBoolean(); break;
            case "IndentOnEmptyLines": context.IndentOnEmptyLines = value.GetBoolean(); break;
            case "NewLine": context.NewLine = value.GetString()!; break;
            case "ErrorForStatementFunctionAsExpression": context.ErrorForStatementFunctionAsExpression = value.GetBoolean(); break;
            case "RenderRuntimeException": context.RenderRuntimeExceptions = value.GetBoolean(); break;
            case "RegexTimeOut": context.RegexTimeOut = TimeSpan.FromMilliseconds(value.GetInt32()); break;
        }
    }

    /// <summary>The loader of the cases: a map of texts; <c>*</c> is any other name, and <c>$name</c> the name as text.</summary>
    private sealed class Loader(Dictionary<string, string?> texts) : ITemplateLoader
    {
        public string? GetPath(TemplateContext context, Location callerLocation, string templateName) =>
            templateName == "null" ? null : templateName;

        public string? Load(TemplateContext context, Location callerLocation, string templatePath)
        {
            if (texts.TryGetValue(templatePath, out var text))
            {
                return text;
            }

            return texts.TryGetValue("*", out var other) ? (other == "$name" ? templatePath : other) : null;
        }
    }
}
