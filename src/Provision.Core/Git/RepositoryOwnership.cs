using System.Text;

namespace Provision.Core;

/// <summary>Whether root may use a repository: what it reads there decides what runs as root.</summary>
public static class RepositoryOwnership
{
    /// <summary>What is read of a repository: its root and these, with everything in them.</summary>
    private static readonly string[] Parts = ["hosts", "roles", "templates"];

    private const int GroupOrOthersWrite = 0b010_010;
    private const int Sticky = 0b1_000_000_000;

    /// <summary>Returns why root must not use a repository; null if root alone can write it, or if this process is not root. Covered are the directory and
    /// its parents, the inventory, roles and templates, git's own directory wherever it is, what links lead to, and git configuration that includes other
    /// files.</summary>
    /// <param name="directory">The directory that holds <c>hosts</c>.</param>
    /// <returns>One line: which path, whose it is, and the command that corrects it.</returns>
    /// <exception cref="MachineFileException">A path could not be examined.</exception>
    public static string? WhyNot(string directory)
    {
        using var files = RootedFiles.Open("/");
        if (!files.MayChangeOwner)
        {
            return null;
        }

        var walk = new Walk(files);
        if (walk.Resolve(Path.GetFullPath(directory)) is { } at)
        {
            walk.One(at);
            foreach (var part in Parts)
            {
                walk.Tree($"{at}/{part}");
            }

            walk.GitOf(at);
        }

        return walk.Problem;
    }

    /// <summary>True if a git configuration may have a section <c>include</c> or <c>includeIf</c>, however it is spaced.</summary>
    private static bool Includes(string configuration) =>
        string.Concat(configuration.Where(c => !char.IsWhiteSpace(c))).Contains("[include", StringComparison.OrdinalIgnoreCase);

    /// <summary>Paths of a walk are without links: what a link leads to is resolved first, one directory at a time.</summary>
    private sealed class Walk(RootedFiles files)
    {
        private const int MaximumSteps = 10_000;

        private readonly HashSet<string> seen = new(StringComparer.Ordinal);
        private int steps;

        public string? Problem { get; private set; }

        /// <summary>Follows a path as the kernel does, and examines every directory and link on the way: whoever can write one of them can put another in
        /// place of the next. Returns the path without links; null if it does not exist.</summary>
        public string? Resolve(string path)
        {
            var rest = new Stack<string>(path.Split('/').Reverse());
            var at = "/";
            One(at, isParent: true);
            while (Problem is null && rest.TryPop(out var name))
            {
                if (name is "" or ".")
                {
                    continue;
                }

                var next = name == ".." ? Path.GetDirectoryName(at) ?? "/" : Path.Combine(at, name);
                if (One(next, isParent: true) is not { } facts)
                {
                    return null;
                }

                if (facts.Kind != FileKind.Link)
                {
                    at = next;
                    continue;
                }

                var target = files.ReadLink(next)!;
                at = target.StartsWith('/') ? "/" : at;
                if (++steps > MaximumSteps)
                {
                    Problem = $"{path}: too many links";
                }

                foreach (var part in target.Split('/').Reverse())
                {
                    rest.Push(part);
                }
            }

            return Problem is null ? at : null;
        }

        /// <summary>Examines everything below a path, and what links in it lead to.</summary>
        public void Tree(string path)
        {
            if (Problem is not null || !seen.Add(path))
            {
                return;
            }

            switch (One(path)?.Kind)
            {
                case FileKind.Folder:
                    foreach (var name in files.List(path))
                    {
                        Tree($"{path}/{name}");
                    }

                    break;
                case FileKind.Link when Resolve(path) is { } target:
                    Tree(target);
                    break;
            }
        }

        /// <summary>Examines git's directory of a working tree: beside it, above it, or where the file <c>.git</c> of a linked tree says.</summary>
        public void GitOf(string directory)
        {
            for (var at = directory; at is not null && Problem is null; at = Path.GetDirectoryName(at))
            {
                var place = Path.Combine(at, ".git");
                if (files.Stat(place) is { } found)
                {
                    One(place);
                    Git(found.Kind == FileKind.File && Line(place) is { } line && line.StartsWith("gitdir: ", StringComparison.Ordinal)
                        ? Path.Combine(at, line[8..])
                        : place);
                    return;
                }
            }
        }

        private void Git(string given)
        {
            if (Problem is not null || Resolve(given) is not { } place || !seen.Add("git " + place))
            {
                return;
            }

            Tree(place);
            if (Line($"{place}/commondir") is { } common)
            {
                Git(Path.Combine(place, common));
            }

            foreach (var borrowed in Text($"{place}/objects/info/alternates")?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [])
            {
                if (Problem is null && Resolve(Path.Combine(place, "objects", borrowed)) is { } objects)
                {
                    Tree(objects);
                }
            }

            foreach (var configuration in new[] { $"{place}/config", $"{place}/config.worktree" })
            {
                if (Problem is null && Text(configuration) is { } text && Includes(text))
                {
                    Problem = $"{configuration} includes other files, which root does not follow; write their settings into it instead: "
                        + $"git config --file {Shell.Show(configuration)} --edit";
                }
            }
        }

        /// <summary>Examines one path. In a parent directory with the sticky bit others may add entries, but not replace those of root.</summary>
        public FileFacts? One(string path, bool isParent = false)
        {
            if (Problem is not null || files.Stat(path) is not { } facts)
            {
                return null;
            }

            var recursive = isParent || facts.Kind != FileKind.Folder ? "" : "-R ";
            if (facts.Owner.Uid != 0)
            {
                Problem = $"{path} belongs to user {facts.Owner.Uid}, and root uses a repository only if root alone can write it: "
                    + $"chown {recursive}{(facts.Kind == FileKind.Link ? "-h " : "")}root:root {Shell.Show(path)}";
            }
            else if (facts.Kind != FileKind.Link && (facts.Mode & GroupOrOthersWrite) != 0 && !(isParent && (facts.Mode & Sticky) != 0))
            {
                Problem = $"{path} has mode {FileModes.Octal(facts.Mode)}, and root uses a repository only if root alone can write it: "
                    + $"chmod {recursive}go-w {Shell.Show(path)}";
            }

            return Problem is null ? facts : null;
        }

        private string? Line(string path) => Text(path)?.Split('\n')[0].Trim();

        private string? Text(string path) => files.Read(path) is { } file ? Encoding.UTF8.GetString(file.Content) : null;
    }
}
