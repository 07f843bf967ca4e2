using System.Text;
using System.Text.RegularExpressions;
using Provision.Configuration.Desired;
using Provision.Configuration.Model;
using Provision.Configuration.Secrets;
using Provision.Configuration.Templates;
using Provision.Inventory;
using Scriban.Runtime;

namespace Provision.Configuration.Rendering;

/// <summary>A rendered file with its source map, for <c>explain</c>.</summary>
/// <param name="File">The file.</param>
/// <param name="Template">The template.</param>
/// <param name="Map">Spans of the text with their template locations and model paths.</param>
/// <param name="ElementName">Name that the element of <c>each</c> is bound to; null without <c>each</c>.</param>
/// <param name="ElementIndex">0-based index of that element.</param>
public sealed record MappedFile(DesiredFile File, TemplateFile Template, SourceMap Map, string? ElementName, int ElementIndex);

/// <summary>Renders all files of one host. Pure except for the decryption of secrets.</summary>
/// <param name="view">The host.</param>
/// <param name="library">The templates.</param>
/// <param name="fleet">The shared part of the model.</param>
/// <param name="secrets">The secrets.</param>
public sealed partial class HostRenderer(HostView view, TemplateLibrary library, FleetModel fleet, SecretStore secrets)
{
    /// <summary>Templates for Prometheus or Docker have braces and dollars of their own.</summary>
    private const string BracesHint = "braces that belong to the file itself stand between {%{ and }%}";

    private readonly List<string> unread = [];

    /// <summary>How many secrets were read so far, whether or not they could be decrypted.</summary>
    private int secretReads;

    /// <summary>Renders the host's files; problems of all templates are collected.</summary>
    /// <param name="problems">Receives the errors.</param>
    /// <returns>The desired state, or null if there is an error.</returns>
    public DesiredState? Render(DiagnosticBag problems)
    {
        var found = new DiagnosticBag();
        var renderer = NewRenderer();
        var files = new Dictionary<string, DesiredFile>(StringComparer.Ordinal);
        foreach (var config in view.Roles.Configs)
        {
            renderer.Source = library.SourceFor(config);
            foreach (var template in library.Config(config, found))
            {
                if (!template.Body.HasErrors)
                {
                    RenderTemplate(renderer, template, found, (file, _, _) => Add(files, file, found));
                }
            }
        }

        problems.AddRange(found);
        return found.HasErrors ? null : new DesiredState
        {
            Host = view.Host.Name,
            Files = [.. files.Values.OrderBy(file => file.Path, StringComparer.Ordinal)],
            Packages = [.. view.Roles.Packages.Select(Package)],
            Units = [.. view.Roles.Services.Select(name => new DesiredUnit(name, RoleLocation(role => role.Services.Contains(name, StringComparer.Ordinal))))],
            MastersSerial = view.Masters.Serial,
            SecretValues = secrets.Values,
        };
    }

    /// <summary>Renders one file again with its source map; null if the host has no such file.</summary>
    public MappedFile? RenderMapped(string path, DiagnosticBag problems)
    {
        MappedFile? mapped = null;
        var renderer = NewRenderer();
        foreach (var config in view.Roles.Configs)
        {
            renderer.Source = library.SourceFor(config);
            foreach (var template in library.Config(config, problems).Where(template => !template.Body.HasErrors))
            {
                RenderTemplate(renderer, template, problems, (file, map, index) =>
                {
                    if (string.Equals(file.Path, path, StringComparison.Ordinal))
                    {
                        mapped = new MappedFile(file, template, map!, template.Each is null ? null : template.Head.As, index);
                    }
                }, only: path);
                if (mapped is not null)
                {
                    return mapped;
                }
            }
        }

        return null;
    }

    private TemplateRenderer NewRenderer()
    {
        // A file that lists the whole fleet is large; a runaway template still ends with an error.
        var renderer = new TemplateRenderer(new TemplateLimits(Text: 1 << 26));
        renderer.PushGlobal(new ScriptObject
        {
            ["secret"] = new TemplateFunction("name:s", ReadSecret),
            ["hosts"] = new TemplateFunction("selector:s", call =>
            {
                call.Context.RecordRead("fleet.hosts");
                return fleet.Select(call.Needed(0));
            }),
        });
        renderer.PushGlobal(HostModel.Of(view, fleet));
        return renderer;
    }

    private string ReadSecret(FunctionCall call)
    {
        var name = call.Needed(0);
        if (!secrets.Has(name))
        {
            throw new ArgumentProblemException($"the repository has no secret \"{name}\"", 0, secrets.MissingHint(name));
        }

        secretReads++;
        call.Context.RecordRead("secret:" + name);
        var secret = secrets.Read(name);
        if (secret.Problem is { } problem)
        {
            unread.Add(problem);
        }

        // A separate string object: the source map tracks values by identity.
        return new string(secret.Value ?? "");
    }

    private void RenderTemplate(
        TemplateRenderer renderer, TemplateFile template, DiagnosticBag problems, Action<DesiredFile, SourceMap?, int> made, string? only = null)
    {
        var before = secretReads;
        try
        {
            if (template.Each is null)
            {
                RenderFile(renderer, template, null, 0, made, only);
                return;
            }

            var elements = Public("each", template.Each.Text.Location, () => template.Each.Evaluate(renderer));
            if (elements is not System.Collections.IEnumerable list || elements is string)
            {
                problems.Error(template.Each.Text.Location, $"each: must be a list, but \"{template.Each.Text.Text}\" is not");
                return;
            }

            var index = 0;
            foreach (var element in list)
            {
                renderer.PushGlobal(new ModelObject { [template.Head.As] = element });
                try
                {
                    RenderFile(renderer, template, element, index, made, only);
                }
                finally
                {
                    renderer.PopGlobal();
                }

                index++;
            }
        }
        catch (TemplateException e)
        {
            // One message per template: the other elements would fail alike.
            var error = secretReads == before ? e.Diagnostic : Withheld(e.Diagnostic, template);
            problems.Add(error.Message.StartsWith("the variable \"$", StringComparison.Ordinal) ? error with { Hint = BracesHint } : error);
        }
    }

    /// <summary>Evaluates a part of a head whose result is shown in plans, reports and process lists.</summary>
    private T Public<T>(string key, Location place, Func<T> evaluate)
    {
        var before = secretReads;
        var value = evaluate();
        return secretReads == before
            ? value
            : throw new TemplateException(Diagnostic.Error(place, $"{key}: must not be made of a secret, as it is shown to everyone"));
    }

    /// <summary>Removes from an error what may be made of a secret: its values, and every quoted text that does not stand in the template.</summary>
    private Diagnostic Withheld(Diagnostic error, TemplateFile template)
    {
        var source = library.TextOf(template.RepositoryPath) + library.TextOf(error.Location.Path);
        var message = secrets.Values.Where(value => value.Length > 0)
            .Aggregate(error.Message, (text, value) => text.Replace(value, Plans.Redaction.Mask, StringComparison.Ordinal));
        message = Quoted().Replace(
            message, match => source.Contains(match.Groups["text"].Value, StringComparison.Ordinal) ? match.Value : $"\"{Plans.Redaction.Mask}\"");
        return message == error.Message ? error : error with { Message = message, Hint = null };
    }

    [GeneratedRegex("""["'`](?<text>[^"'`]*)["'`]""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Quoted();

    private void RenderFile(
        TemplateRenderer renderer, TemplateFile template, object? element, int index, Action<DesiredFile, SourceMap?, int> made, string? only)
    {
        if (template.When is { } when && when.Evaluate(renderer) is null or false)
        {
            return;
        }

        var pathLocation = template.Path?.Text.Location ?? Location.OfFile(template.RepositoryPath);
        var path = Public("path", pathLocation, () => template.Path?.Render(renderer) ?? template.DefaultPath);
        if (ProblemOf(path) is { } problem)
        {
            throw new TemplateException(Diagnostic.Error(pathLocation, $"\"{Printable(path)}\" is not a valid target path: {problem}"));
        }

        if (TargetRules.Against(path, template.Head.Mode, template.Head.Allow) is { } rule)
        {
            var place = rule.Modes != 0 && template.Head.ModeLocation is { } modeLocation ? modeLocation : pathLocation;
            throw new TemplateException(Diagnostic.Error(
                place.Line > 0 ? place : new Location(template.RepositoryPath, 1, 1),
                $"{path}{(rule.Modes == 0 ? "" : $" with mode {FileModes.Octal(template.Head.Mode)}")} {rule.Reason}",
                rule.Name is null ? "no template may make it" : $"if that is meant, allow: {rule.Name} in the head"));
        }

        if (only is not null && !string.Equals(only, path, StringComparison.Ordinal))
        {
            return;
        }

        unread.Clear();
        var map = template.MayHoldSecrets || only is not null ? new SourceMap(secretsOnly: only is null) : null;
        var text = renderer.Render(template.Body, map);
        var spans = map is null ? [] : SecretSpans(map);
        if ((spans.Count > 0 || unread.Count > 0) && (template.Head.Mode & FileModes.OthersRead) != 0 && !template.Head.PublicSecret)
        {
            throw new TemplateException(Diagnostic.Error(
                new Location(template.RepositoryPath, 1, 1),
                $"{path} holds a secret, and its mode {FileModes.Octal(template.Head.Mode)} lets every user of the host read it",
                "mode: \"0640\" or less; if that is meant, public_secret: true"));
        }

        var units = template.Units.Select(unit => Public("unit", unit.Text.Location, () => unit.Render(renderer))).Where(unit => unit.Length > 0).ToList();
        var checks = template.Checks.Select(check => new FileCheck(
            [.. check.Select(word => Public("check", word.Text.Location, () => word.Render(renderer)).Replace("{file}", path, StringComparison.Ordinal))],
            template.Head.Silent)).ToList();
        made(
            new DesiredFile
            {
                Path = path,
                Text = text,
                Content = Encoding.UTF8.GetBytes(text),
                Mode = template.Head.Mode,
                Owner = template.Head.Owner,
                Config = template.Config,
                Instance = template.Each is null ? null : NameOf(element, index),
                Template = new Location(template.RepositoryPath, 1, 1),
                Units = units,
                OnChange = template.Head.OnChange,
                Checks = checks,
                Order = template.Head.Order,
                Secrets = spans,
                Unknown = unread.Count > 0 ? unread[0] : null,
                IsVolatile = template.IsVolatile,
                IsLast = element is ModelObject slot && slot.TryRead("master", out var master) && master is true,
            },
            map,
            index);
    }

    private static void Add(Dictionary<string, DesiredFile> files, DesiredFile file, DiagnosticBag problems)
    {
        if (files.TryAdd(file.Path, file))
        {
            return;
        }

        var other = files[file.Path];
        problems.Add(Diagnostic.Error(file.Template, $"two templates make {file.Path}{(file.Instance is null ? "" : $" (here for {file.Instance})")}") with
        {
            Related = [new RelatedLocation(other.Template, $"the other one{(other.Instance is null ? "" : $", for {other.Instance}")}")],
        });
    }

    private static List<SecretSpan> SecretSpans(SourceMap map)
    {
        const string mark = "secret:";
        var spans = new List<SecretSpan>();
        foreach (var span in map.Spans)
        {
            if (span.Length > 0 && span.Paths.FirstOrDefault(path => path.StartsWith(mark, StringComparison.Ordinal)) is { } path)
            {
                spans.Add(new SecretSpan(span.Start, span.Length, path[mark.Length..]));
            }
        }

        return spans;
    }

    private DesiredPackage Package(string text)
    {
        var cut = text.IndexOf('=', StringComparison.Ordinal);
        return new DesiredPackage(
            cut < 0 ? text : text[..cut],
            cut < 0 ? null : text[(cut + 1)..],
            RoleLocation(role => role.Packages.Contains(text, StringComparer.Ordinal)));
    }

    private Location RoleLocation(Func<Role, bool> asks) => view.Roles.Roles.FirstOrDefault(asks)?.Location ?? view.Host.Location;

    private static string NameOf(object? element, int index) =>
        element switch
        {
            ModelObject item when item.TryRead("name", out var name) && name is string text => text,
            string text => text,
            _ => index.ToString(),
        };

    /// <summary>Returns why a path must not be written; null if it may.</summary>
    private static string? ProblemOf(string path)
    {
        const int longest = 4000;
        if (!path.StartsWith('/') || path.EndsWith('/'))
        {
            return "it must begin with / and end with a file's name";
        }

        if (path.Any(c => char.IsControl(c)) || path.Length > longest)
        {
            return "it holds a line end or another control character, or is too long";
        }

        if (path[1..].Split('/').Any(part => part is "" or "." or ".."))
        {
            return "it holds an empty part, . or ..";
        }

        return null;
    }

    private static string Printable(string path) => string.Concat(path.Select(c => char.IsControl(c) ? '?' : c));
}
