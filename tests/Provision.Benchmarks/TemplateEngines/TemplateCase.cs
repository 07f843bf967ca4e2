using System.Diagnostics;
using System.Text;

namespace Provision.Benchmarks.TemplateEngines;

/// <summary>
/// One of the templates that the engines are compared on, as each engine has it parsed and its model ready. Making one
/// checks that all give the same bytes: a comparison of different work would say nothing.
/// </summary>
internal sealed class TemplateCase
{
    internal static readonly string[] Names = ["imapd", "nginx", "list"];

    internal TemplateCase(string name)
    {
        var json = Models.Of(name).ToJsonString();
        Ours = new OurEngine(Text(name, "sbn"), json);
        Plain = new PlainScriban(Text(name, "sbn"), json);
        Handlebars = new HandlebarsEngine(Text(name, "hbs"), json);
        var output = Ours.Render();
        foreach (var other in new[] { Handlebars.Render(), Plain.Render() })
        {
            if (!string.Equals(output, other, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{name}: the engines give different texts:\n{output}\n----\n{other}");
            }
        }

        OutputBytes = Encoding.UTF8.GetByteCount(output);
    }

    internal OurEngine Ours { get; }

    internal PlainScriban Plain { get; }

    internal HandlebarsEngine Handlebars { get; }

    internal int OutputBytes { get; }

    /// <summary>
    /// Runs both engines until the runtime has compiled their code for good, so that the first measurements are not of code that
    /// the later ones no longer run.
    /// </summary>
    internal static void WarmUp()
    {
        foreach (var name in Names)
        {
            var both = new TemplateCase(name);
            foreach (var run in new Func<object>[] { both.Ours.Render, both.Plain.Render, both.Handlebars.Render, both.Ours.Parse, both.Handlebars.Compile })
            {
                var start = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(0.6))
                {
                    run();
                }
            }
        }
    }

    /// <summary>Writes what the other languages' scripts need: templates, models, and the outputs to compare theirs with.</summary>
    internal static void WriteAll(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in Names)
        {
            foreach (var extension in new[] { "sbn", "j2", "tt" })
            {
                File.WriteAllText(Path.Combine(folder, $"{name}.{extension}"), Text(name, extension));
            }

            var json = Models.Of(name).ToJsonString();
            File.WriteAllText(Path.Combine(folder, name + ".json"), json);
            File.WriteAllText(Path.Combine(folder, name + ".out"), new OurEngine(Text(name, "sbn"), json).Render());
        }
    }

    private static string Text(string name, string extension) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "templates", $"{name}.{extension}"));
}
