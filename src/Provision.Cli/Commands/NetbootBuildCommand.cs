using System.CommandLine;
using Provision.Boot.Arm;
using Provision.Boot.Images;
using Provision.Boot.Jobs;
using Provision.Boot.Server;
using Provision.Cli.Printing;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision netboot build</c>: builds the images of a site.</summary>
internal static class NetbootBuildCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>(
            "NAME")
        {
            Description = "Images: installer, or os- followed by roles as hosts list them, such as os-imap or os-imap-zfs (default: all that the " +
            "site's hosts need)",
            Arity = ArgumentArity.ZeroOrMore
        };
        var site = new Option<string?>("--site") { Description = "The site (default: that of this host)", HelpName = "NAME" };
        var store = new Option<string?>("--store") { Description = "Image repository (default: the site's)", HelpName = "DIR" };
        var key = new Option<string>("--key")
        {
            Description = "Private ssh key that signs images; the installer trusts its public half, FILE.pub",
            HelpName = "FILE",
            DefaultValueFactory = _ => ImageSigner.DefaultKey
        };
        var signers = new Option<string>("--allowed-signers")
        {
            Description = "Who may sign orders and commits: its lines of the namespaces provision-order and git become part of installer and images",
            HelpName = "FILE",
            DefaultValueFactory = _ => AllowedSigners.DefaultFile
        };
        var packages = new Option<string[]>(
            "--package")
        {
            Description = "A Debian package file; takes precedence over a package of the same name in the archive",
            HelpName = "FILE.deb",
            DefaultValueFactory = _ => []
        };
        var from = new Option<string?>(
            "--from-packages")
        { Description = "Build from the kept packages of an earlier image, without a mirror", HelpName = "DIGEST" };
        var keep = new Option<int>("--keep")
        {
            Description = "Older builds of each image to keep, in addition to those of open jobs",
            HelpName = "N",
            DefaultValueFactory = _ => 3
        }.Between(0, 10_000);
        var force = new Option<bool>("--force") { Description = "Build even if nothing changed" };
        var state = NetbootCommand.State();
        var command = new Command(
            "build",
            "Builds images, each addressed by the digest of its inputs: the recipe, the exact packages that the mirror has now, the named packages and the " +
                "signing key. " +
            "Unchanged images are not built again. Each image is signed, becomes current in one step, and its packages are kept as a signed apt repository " +
            "(STORE/packages/DIGEST): if the mirror does not answer, images are built from them.\n\n" +
            "  provision netboot build --package out/provision_0.1.0_amd64.deb\n" +
            "  provision netboot build installer os-imap --site nyi\n\n" +
            "Run it as root, on the boot server. It needs mmdebstrap, apt-utils, gpg, ssh-keygen and zstd; TMPDIR names the scratch directory.");
        command.Arguments.Add(names);
        foreach (var option in new Option[] { site, store, key, signers, packages, from, keep, force, state })
        {
            command.Options.Add(option);
        }

        command.SetAction((arguments, cancellation) => Task.Run(
            () => Build(
                arguments,
                arguments.GetValue(names)!,
                arguments.GetValue(site),
                arguments.GetValue(store),
                new Wish(arguments.GetValue(key)!, arguments.GetValue(signers)!, arguments.GetValue(packages)!, arguments.GetValue(from),
                    arguments.GetValue(keep),
                    arguments.GetValue(force), arguments.GetValue(state)!),
                cancellation),
            cancellation));
        return command;
    }

    private sealed record Wish(string Key, string Signers, IReadOnlyList<string> Packages, string? From, int Keep, bool Force, string State);

    private static int Build(ParseResult arguments, string[] names, string? siteName, string? storeFolder, Wish wish, CancellationToken cancellation)
    {
        var workspace = Workspace.Load(arguments);
        var site = NetbootCommand.SiteOf(workspace, siteName)
            ?? throw new UserErrorException("this machine is no host of the inventory, so its site is unknown: name it with --site");
        var store = storeFolder ?? site.Netboot.Store;
        var json = arguments.GetValue(GlobalOptions.Output) == OutputForm.Json;
        var results = new List<ImageResult>();
        try
        {
            var signer = new ImageSigner(wish.Key, workspace.Commands);
            var recipes = Chosen(Recipes(workspace.Fleet, site, signer.Line + OtherSigners(wish.Signers)), names);
            var options = new ImageBuildOptions
            {
                Store = store,
                Signer = signer,
                Sources = site.Netboot.Mirror,
                Packages = wish.Packages,
                Force = wish.Force,
                FromPackages = wish.From
            };
            var builder = new ImageBuilder(options, workspace.Commands, (image, line) => (json ? Console.Error : Console.Out).WriteLine($"{image}: {line}"));
            foreach (var recipe in recipes)
            {
                results.Add(builder.Build(recipe, cancellation));
            }

            var pinned = Pinned(wish.State);
            foreach (var gone in recipes.SelectMany(
                recipe => new ImagePublisher(store).Prune(recipe.Name, wish.Keep, pinned).Select(digest => $"{recipe.Name}/{digest[..12]}")))
            {
                Console.Error.WriteLine($"removed {gone}, which is no longer needed");
            }
        }
        catch (ImageException e)
        {
            throw new UserErrorException(e.Message);
        }

        if (json)
        {
            Json.Print(writer =>
            {
                writer.WriteStartArray();
                Json.Items(writer, results, result =>
                {
                    writer.WriteString("image", result.Name);
                    writer.WriteString("digest", result.Digest);
                    writer.WriteBoolean("built", result.Built);
                    writer.WriteBoolean("from_kept_packages", result.Kept);
                    writer.WriteNumber("bytes", result.Bytes);
                    writer.WriteNumber("packages", result.Packages);
                    writer.WriteNumber("seconds", Math.Round(result.Seconds, 1));
                });
                writer.WriteEndArray();
            });
        }

        return ExitCodes.Same;
    }

    /// <summary>Returns the recipes of the installer, and of one operating system for each set of roles of the site's hosts.</summary>
    private static List<ImageRecipe> Recipes(Fleet fleet, Site site, string signers) =>
    [
        ImageRecipe.Installer(fleet, site, signers),
        .. fleet.Hosts.Where(host => host.Site == site.Name && host.Status != HostStatus.Retired).DistinctBy(host => ImageNames.OfRoles(host.Roles))
            .Select(host => ImageRecipe.OfRoles(fleet, site, host, signers)).OrderBy(recipe => recipe.Name, StringComparer.Ordinal),
    ];

    private static List<ImageRecipe> Chosen(List<ImageRecipe> all, string[] names) => names.Length == 0 ? all :
    [
        .. names.Select(name => all.Find(recipe => recipe.Name == name)
            ?? throw new UserErrorException(
                [Diagnostic.Error(Location.OfFile("NAME"), $"no host of the site needs an image \"{name}\"",
                NearestName.Hint(name, all.Select(recipe => recipe.Name)))])),
    ];

    /// <summary>Returns the lines for orders and commits, with that of the site's own key for orders.</summary>
    private static string OtherSigners(string file)
    {
        const string own = OrderSigner.DefaultKey + ".pub";
        var lines = AllowedSigners.Only(File.Exists(file) ? File.ReadAllText(file) : null, OrderDocument.SignatureNamespace, AllowedSigners.Commits);
        var key = File.Exists(own) ? string.Join(' ', File.ReadAllText(own).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(2)) : null;
        return key is null || lines.Contains(key, StringComparison.Ordinal) ? lines
            : lines + AllowedSigners.Line(OrderDocument.SignatureNamespace, OrderDocument.SignatureNamespace, key);
    }

    /// <summary>Returns the images of open jobs, which must be kept; empty if this machine has no jobs.</summary>
    private static HashSet<string> Pinned(string state)
    {
        if (!File.Exists(Path.Combine(state, "jobs.sqlite")))
        {
            return [];
        }

        using var jobs = new StateDirectory(state).OpenJobs();
        return
        [
            .. jobs.Jobs(onlyOpen: true, 10_000).SelectMany(job => (string?[])
                [job.Image, job.Signed is { } order ? OrderDocument.Parse(order.Document).Installer : null]).OfType<string>(),
        ];
    }
}
