using Provision.Templating.Builtins;

namespace Provision.Templating;

/// <summary>Templates out of values.</summary>
public sealed partial class TemplateContext
{
    /// <summary>How dates are printed. Default <c>%d %b %Y</c>.</summary>
    public string DateFormatPattern { get; set; } = DateObject.DefaultFormat;

    internal Location RunningLocation => running?.Location ?? Location.OfFile("<input>");

    /// <summary>Runs a text as code or as a template, with the same names in scope.</summary>
    internal object? EvaluateText(string text, ScriptArguments arguments, ScriptMode mode)
    {
        var template = Template.Parse(text, "<eval>", ParserOptions, new LexerOptions { Mode = mode });
        if (template.HasErrors)
        {
            throw new ScriptArgumentException(template.FirstError.ToString(), 0);
        }

        var at = arguments.At;
        EnterCall(at);
        var (outerIndent, outerSuppress) = (indent, suppressOutput);
        indent = null;
        suppressOutput = mode == ScriptMode.ScriptOnly;
        ReturnValue = null;
        var outer = BeginCapture();
        try
        {
            template.Run(this);
            return mode == ScriptMode.ScriptOnly ? ReturnValue : output.ToString();
        }
        catch (ScriptRuntimeException problem)
        {
            throw new ScriptArgumentException(problem.Diagnostic.ToString(), 0);
        }
        finally
        {
            Recycle(EndCapture(outer));
            (indent, suppressOutput) = (outerIndent, outerSuppress);
            LeaveCall();
        }
    }
}
