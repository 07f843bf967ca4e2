using System.Collections.Concurrent;
using System.Text;
using Provision.Configuration.Templates;

namespace Provision.Configuration.Rendering;

/// <summary>The templates of a repository, read and parsed once and shared by all hosts. Files and directories whose names begin with <c>_</c> are only for
/// <c>include</c>.</summary>
/// <param name="repository">Directory of the repository.</param>
public sealed class TemplateLibrary(string repository)
{
    private const string FolderName = "templates";
    private readonly ConcurrentDictionary<string, Lazy<(IReadOnlyList<TemplateFile> Files, IReadOnlyList<Diagnostic> Problems)>> configs =
        new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ParsedTemplate?> includes = new(StringComparer.Ordinal);

    /// <summary>Names of all config directories, in ordinal order.</summary>
    public IReadOnlyList<string> ConfigNames =>
        Directory.Exists(Folder)
            ? [.. Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path)!)
                .Where(name => !name.StartsWith('_')).Order(StringComparer.Ordinal)]
            : [];

    private string Folder => Path.Combine(repository, FolderName);

    /// <summary>Returns the templates of a config directory, in ordinal order of their paths; errors go to <paramref name="problems"/>.</summary>
    public IReadOnlyList<TemplateFile> Config(string name, DiagnosticBag problems)
    {
        var (files, found) = configs.GetOrAdd(name, config => new(() => Load(config))).Value;
        problems.AddRange(found);
        return files;
    }

    /// <summary>Returns the source that resolves the includes of one config.</summary>
    internal ITemplateSource SourceFor(string config) => new Loader(this, config);

    private (IReadOnlyList<TemplateFile>, IReadOnlyList<Diagnostic>) Load(string config)
    {
        var problems = new DiagnosticBag();
        var folder = Path.Combine(Folder, config);
        if (!Directory.Exists(folder))
        {
            problems.Error(Location.OfFile($"{FolderName}/{config}"), "there is no such config directory", NearestName.Hint(config, ConfigNames));
            return ([], [.. problems]);
        }

        var paths = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part.StartsWith('_')))
            .Order(StringComparer.Ordinal).ToList();
        var files = paths.Select(path => LoadFile(config, path, problems)).OfType<TemplateFile>().ToList();
        return (files, [.. problems]);
    }

    private TemplateFile? LoadFile(string config, string path, DiagnosticBag problems)
    {
        var repositoryPath = $"{FolderName}/{config}/{path}";
        if (ReadText(repositoryPath, problems) is not { } text)
        {
            return null;
        }

        var (head, bodyStart) = TemplateHead.Read(repositoryPath, text, problems);
        var body = ParsedTemplate.Parse(text, repositoryPath, bodyStart);
        problems.AddRange(body.Messages);
        var source = SourceFor(config);
        var file = new TemplateFile
        {
            RepositoryPath = repositoryPath,
            Config = config,
            DefaultPath = "/" + path,
            Head = head,
            Body = body,
            Each = head.Each is null ? null : new HeadExpression(head.Each),
            When = head.When is null ? null : new HeadExpression(head.When),
            Path = head.Path is null ? null : new HeadTemplate(head.Path),
            Checks = [.. head.Checks.Select(check => (IReadOnlyList<HeadTemplate>)[.. check.Select(text => new HeadTemplate(text))])],
            Units = [.. head.Units.Select(text => new HeadTemplate(text))],
        };
        file = file with
        {
            MayHoldSecrets = AnyNames(body, "secret", source),
            IsVolatile = file.Parts.Any(part => AnyNames(part, "master", source)),
        };
        problems.AddRange(file.Each?.Messages ?? []);
        problems.AddRange(file.When?.Messages ?? []);
        problems.AddRange(file.Path?.Messages ?? []);
        problems.AddRange(file.Checks.SelectMany(check => check).Concat(file.Units).SelectMany(text => text.Messages));
        return file;
    }

    /// <summary>Returns whether a template or one of its includes uses a name; true if the includes cannot be determined.</summary>
    private static bool AnyNames(ParsedTemplate template, string name, ITemplateSource source)
    {
        var seen = new HashSet<ParsedTemplate>();
        var pending = new Stack<ParsedTemplate>([template]);
        while (pending.TryPop(out var part))
        {
            if (!seen.Add(part))
            {
                continue;
            }

            if (part.Names(name) || part.Includes is null)
            {
                return true;
            }

            foreach (var include in part.Includes)
            {
                if (source.PathOf(include) is not { } path || source.Load(path) is not { } included)
                {
                    return true;
                }

                pending.Push(included);
            }
        }

        return false;
    }

    /// <summary>Returns the text of a template, for the judgement of an error in it; empty if it cannot be read.</summary>
    internal string TextOf(string repositoryPath) =>
        File.Exists(Path.Combine(repository, repositoryPath)) ? ReadText(repositoryPath, new DiagnosticBag()) ?? "" : "";

    /// <summary>Returns the first link on the way to a file that leads out of the repository, with its target; null if there is none. Through such a link a
    /// template could read any file of the machine.</summary>
    private (string Link, string Target)? LinkOutside(string repositoryPath)
    {
        for (var slash = repositoryPath.IndexOf('/'); slash >= 0; slash = slash == repositoryPath.Length ? -1 : Next(slash + 1))
        {
            var path = Path.Combine(repository, repositoryPath[..slash]);
            FileSystemInfo part = slash == repositoryPath.Length ? new FileInfo(path) : new DirectoryInfo(path);
            if (part.LinkTarget is { } target && part.ResolveLinkTarget(returnFinalTarget: true) is var final
                && (final is null || !final.FullName.StartsWith(Path.GetFullPath(repository) + "/", StringComparison.Ordinal)))
            {
                return (repositoryPath[..slash], target);
            }
        }

        return null;

        int Next(int from) => repositoryPath.IndexOf('/', from) is >= 0 and var next ? next : repositoryPath.Length;
    }

    private string? ReadText(string repositoryPath, DiagnosticBag problems)
    {
        if (LinkOutside(repositoryPath) is var (link, target))
        {
            problems.Error(Location.OfFile(link), $"this is a link out of the repository, to {target}", "put the file itself here");
            return null;
        }

        var bytes = File.ReadAllBytes(Path.Combine(repository, repositoryPath));
        try
        {
            // An editor's byte order mark is no part of the text.
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            var line = bytes.AsSpan(0, Math.Max(0, e.Index)).Count((byte)'\n') + 1;
            problems.Error(new Location(repositoryPath, line, 0), "this file is not UTF-8");
            return null;
        }
    }

    private ParsedTemplate? Include(string repositoryPath) =>
        includes.GetOrAdd(repositoryPath, path =>
        {
            if (!File.Exists(Path.Combine(repository, path)))
            {
                return null;
            }

            var problems = new DiagnosticBag();
            return ReadText(path, problems) is { } text ? ParsedTemplate.Parse(text, path) : null;
        });

    /// <summary>Resolves <c>_name</c> among the config's own files first, then among those shared by all configs.</summary>
    private sealed class Loader(TemplateLibrary library, string config) : ITemplateSource
    {
        public string? PathOf(string name)
        {
            // Only names of include files: no directory, nothing hidden, nothing outside.
            if (!name.StartsWith('_') || name.Contains('/') || name.Contains('\\') || name.Contains('\0'))
            {
                return null;
            }

            var own = $"{FolderName}/{config}/{name}";
            return library.Include(own) is not null ? own : $"{FolderName}/{name}";
        }

        public ParsedTemplate? Load(string path) => library.Include(path);
    }
}
