using System.CommandLine;
using System.Globalization;
using Provision.Cli.Printing;
using Provision.Configuration.Explain;
using Provision.Configuration.Model;
using Provision.Configuration.Rendering;

namespace Provision.Cli.Commands;

/// <summary><c>provision explain</c>: explains where a line comes from.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var options = new HostOptions();
        var where = new Argument<string>("PATH[:LINE]") { Description = "A file that provision makes, and the line in it (default: every line)" };
        var command = new Command("explain", "Shows from which template line, values and lines of the inventory a line of a rendered file comes.");
        command.Arguments.Add(where);
        options.AddTo(command);
        command.SetAction(arguments =>
        {
            using var session = Session.Open(arguments, options);
            var (path, line) = Split(arguments.GetValue(where)!);
            var problems = new DiagnosticBag();
            var fleet = new FleetModel(session.Workspace.Fleet, session.View.Masters);
            var mapped = new HostRenderer(session.View, session.Workspace.Library, fleet, session.Secrets).RenderMapped(path, problems);
            if (mapped is null)
            {
                throw problems.HasErrors ? new UserErrorException(problems.InOrder()) : Unknown(session, path);
            }

            var explainer = new Explainer(mapped, new ModelOrigins(session.View, HostModel.Of(session.View, fleet)));
            if (line is { } one && (one < 1 || one > explainer.LineCount))
            {
                throw new UserErrorException($"{path} has {explainer.LineCount} lines, there is no line {one}");
            }

            var lines = line is { } single ? [explainer.Explain(single)] : Enumerable.Range(1, explainer.LineCount).Select(explainer.Explain).ToList();
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                PrintJson(mapped, lines);
            }
            else
            {
                Print(mapped, lines);
            }

            return ExitCodes.Same;
        });
        return command;
    }

    private static (string Path, int? Line) Split(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            ? (text[..colon], line)
            : (text, null);
    }

    private static UserErrorException Unknown(Session session, string path)
    {
        var paths = session.Render().Files.Select(file => file.Path).ToList();
        return new UserErrorException(
            [Diagnostic.Error(Location.OfFile(path), $"{session.View.Host.Name} has no such file from provision", NearestName.Hint(path, paths))]);
    }

    private static void Print(MappedFile mapped, List<LineExplanation> lines)
    {
        var instance = mapped.File.Instance is null ? "" : $" for {mapped.File.Instance}";
        Console.Out.WriteLine($"{mapped.File.Path}: made by {mapped.Template.RepositoryPath}{instance}");
        foreach (var line in lines)
        {
            Console.Out.WriteLine($"\n{Ink.Bold($"{line.Line}: {Printable.Line(line.Text, blanks: true)}")}");
            foreach (var part in line.Parts)
            {
                var shown = part.Text.Length == 0 ? "(empty)" : Printable.Line(part.Text, blanks: true);
                Console.Out.WriteLine($"  {shown,-30}  {part.Template}");
                foreach (var include in part.IncludeChain)
                {
                    Console.Out.WriteLine($"  {"",-30}    included at {include}");
                }

                foreach (var value in part.Values)
                {
                    var text = value.Value is null ? "" : $" = {Printable.Line(value.Value)}";
                    Console.Out.WriteLine($"  {"",-30}    {value.Path}{text}  {string.Join(", ", value.Places)}");
                }
            }

            if (line.IsOpen)
            {
                Console.Out.WriteLine("\\ No newline at end of file");
            }
        }
    }

    private static void PrintJson(MappedFile mapped, List<LineExplanation> lines) => Json.Print(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("path", mapped.File.Path);
        writer.WriteString("template", mapped.Template.RepositoryPath);
        writer.WriteString("instance", mapped.File.Instance);
        Json.Array(writer, "lines", lines, line =>
        {
            writer.WriteNumber("line", line.Line);
            writer.WriteString("text", line.Text);
            Json.Array(writer, "parts", line.Parts, part =>
            {
                writer.WriteString("text", part.Text);
                writer.WriteString("template", part.Template.ToString());
                Json.Strings(writer, "included_at", part.IncludeChain.Select(place => place.ToString()));
                Json.Array(writer, "values", part.Values, value =>
                {
                    writer.WriteString("path", value.Path);
                    writer.WriteString("value", value.Value);
                    Json.Strings(writer, "places", value.Places.Select(place => place.ToString()));
                });
            });
        });
        writer.WriteEndObject();
    });
}
