using Provision.Configuration.Apply;
using Provision.Configuration.Plans;

namespace Provision.Cli.Printing;

/// <summary>Prints what an install would do.</summary>
internal static class PreviewPrinter
{
    /// <summary>Prints the plan, then why it would be refused; returns the exit code.</summary>
    /// <param name="preview">What it would do.</param>
    /// <param name="redaction">Masks secrets.</param>
    /// <param name="json">Whether to print the plan as JSON.</param>
    /// <param name="isInterrupted">Whether an interrupted run would be completed first.</param>
    public static int Print(InstallPreview preview, Redaction redaction, bool json, bool isInterrupted)
    {
        if (json)
        {
            using var output = Console.OpenStandardOutput();
            output.Write(PlanJson.Of(preview.Plan, redaction));
        }
        else
        {
            new PlanPrinter(Console.Out, redaction).Print(preview.Plan, PlanForm.Folded);
        }

        if (isInterrupted)
        {
            Console.Error.WriteLine("provision: an install was interrupted here; the next install completes it first");
        }

        foreach (var refusal in preview.Refusals)
        {
            Console.Error.WriteLine($"would be refused: {Printable.Line(redaction.Plain(refusal))}");
        }

        Console.Error.WriteLine("dry run: nothing was changed");
        return preview.ExitCode;
    }
}
