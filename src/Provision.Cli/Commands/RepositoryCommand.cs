using System.CommandLine;
using Provision.Configuration.Repository;

namespace Provision.Cli.Commands;

/// <summary><c>provision repository</c>: a host's own clone, as fleet runs see and update it.</summary>
internal static class RepositoryCommand
{
    private const long MostBytes = 1L << 30;

    public static Command Create()
    {
        var command = new Command("repository", "The clone that a host keeps for itself. Fleet runs use these commands on the host; people seldom need them.");
        command.Subcommands.Add(Show());
        command.Subcommands.Add(Receive());
        return command;
    }

    private static Command Show()
    {
        var commit = new Argument<string?>("COMMIT") { Description = "Also report whether the clone has this commit", Arity = ArgumentArity.ZeroOrOne };
        var root = GlobalOptions.Root();
        var command = new Command("show", "Shows the commit of the host's own clone.");
        command.Arguments.Add(commit);
        command.Options.Add(root);
        command.SetAction(arguments =>
        {
            var (folder, clone) = Open(arguments.GetValue(root)!);
            var (head, wanted) = (clone.Head, arguments.GetValue(commit));
            bool? has = wanted is null ? null : clone.Has(Commit(wanted));
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                Json.Print(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("directory", folder);
                    writer.WriteString("head", head);
                    if (has is { } known)
                    {
                        writer.WriteBoolean("has", known);
                    }

                    writer.WriteEndObject();
                });
                return ExitCodes.Same;
            }

            Console.Out.WriteLine(head is null ? $"there is no clone in {folder} yet" : $"{folder} is at {head}");
            if (has is { } there)
            {
                Console.Out.WriteLine(there ? $"it has {wanted}" : $"it does not have {wanted}");
            }

            return ExitCodes.Same;
        });
        return command;
    }

    private static Command Receive()
    {
        var commit = new Argument<string>("COMMIT") { Description = "The commit, 40 digits" };
        var root = GlobalOptions.Root();
        var branch = new Option<string?>("--branch") { Description = "The branch that it is on", HelpName = "BRANCH" };
        var pinned = new Option<string?>("--pinned") { Description = "The branch that this host is pinned to, with its commit", HelpName = "BRANCH:COMMIT" };
        var command = new Command(
            "receive",
            "Brings the host's own clone to a commit. Reads a git bundle with what the clone lacks from standard input; an empty one if it has everything. " +
            $"If {AllowedSigners.DefaultFile} names signers of commits, one of them must have signed it, otherwise nothing is changed (exit code 2).");
        command.Arguments.Add(commit);
        command.Options.Add(root);
        command.Options.Add(branch);
        command.Options.Add(pinned);
        command.SetAction(arguments =>
        {
            var at = arguments.GetValue(root)!;
            var (folder, clone) = Open(at);
            var wanted = Commit(arguments.GetValue(commit)!);
            var own = arguments.GetValue(pinned) is { } text
                ? PinnedBranch.Parse(text) ?? throw new UserErrorException($"--pinned {text}: expected BRANCH:COMMIT with a commit of 40 digits")
                : null;
            using var files = Session.OpenRoot(at);
            files.MakeFolder(StateFolder.Path, FileModes.PrivateDirectory);
            var bundle = Save(Path.Combine(Path.GetDirectoryName(folder)!, $".bundle-{Path.GetRandomFileName()}"));
            try
            {
                if (bundle is not null)
                {
                    clone.Take(bundle);
                }

                var git = new Git(new ProcessRunner(), folder);
                var signers = AllowedSigners.Of(files);
                foreach (var one in new[] { wanted, own?.Commit }.OfType<string>())
                {
                    if (!clone.Has(one))
                    {
                        throw new UserErrorException($"neither the clone nor the bundle has the commit {one}");
                    }

                    if (Trust.CommitProblem(git, one, signers) is { } problem)
                    {
                        throw new UserErrorException(
                            $"the commit {one[..12]} is not signed by a key in {AllowedSigners.DefaultFile} that may sign commits: {problem}; "
                            + "the clone is unchanged");
                    }
                }

                clone.Use(wanted, arguments.GetValue(branch), own);
                Console.Out.WriteLine($"{folder} is at {wanted}");
                return ExitCodes.Same;
            }
            finally
            {
                clone.Forget();
                if (bundle is not null)
                {
                    File.Delete(bundle);
                }
            }
        });
        return command;
    }

    /// <summary>Writes standard input to a file; returns null if it is empty.</summary>
    private static string? Save(string path)
    {
        using var input = Console.OpenStandardInput();
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = (UnixFileMode)FileModes.Private };
        long size = 0;
        using (var output = new FileStream(path, options))
        {
            var buffer = new byte[1 << 16];
            for (int read; size <= MostBytes && (read = input.Read(buffer)) > 0; size += read)
            {
                output.Write(buffer, 0, read);
            }
        }

        if (size is > 0 and <= MostBytes)
        {
            return path;
        }

        File.Delete(path);
        return size == 0 ? null : throw new UserErrorException($"the bundle is larger than {MostBytes >> 20} MiB");
    }

    private static (string Folder, HostClone Clone) Open(string root)
    {
        var folder = Path.GetFullPath(root.TrimEnd('/') + HostClone.Path);
        return Directory.Exists(folder) && RepositoryOwnership.WhyNot(folder) is { } problem
            ? throw new UserErrorException(problem)
            : (folder, new HostClone(new ProcessRunner(), folder));
    }

    private static string Commit(string text) =>
        HostClone.IsCommit(text) ? text : throw new UserErrorException($"{text} is not a commit: expected 40 hexadecimal digits");
}
