using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Provision.Boot.Jobs;

namespace Provision.Boot.Images;

/// <summary>What images are built with.</summary>
public sealed record ImageBuildOptions
{
    /// <summary>Folder of the images.</summary>
    public required string Store { get; init; }

    /// <summary>Signs them.</summary>
    public required ImageSigner Signer { get; init; }

    /// <summary>Where packages come from, lines as in <c>sources.list</c>; none for the sources of this machine.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Packages as files; each goes before one of the same name in the archive.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Builds also what did not change.</summary>
    public bool Force { get; init; }

    /// <summary>Digest of the kept packages to build from, without a mirror; null asks the mirror first.</summary>
    public string? FromPackages { get; init; }
}

/// <summary>What came of one image.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">Its address.</param>
/// <param name="Built">False where it was there already.</param>
/// <param name="Bytes">Size of its files, packed.</param>
/// <param name="Seconds">What it took.</param>
/// <param name="Packages">How many packages are in it.</param>
/// <param name="Kept">True where the mirror did not answer and the kept packages were taken.</param>
public sealed record ImageResult(string Name, string Digest, bool Built, long Bytes, double Seconds, int Packages, bool Kept);

/// <summary>
/// Builds images, all in the same way: apt says which packages exactly; they are the inputs, and where those are new, the packages are kept as a signed
/// repository, and the image is made of that repository alone. So a build without a mirror is no other build.
/// </summary>
/// <param name="options">What it is built with.</param>
/// <param name="commands">Runs the programs.</param>
/// <param name="say">Told what happens: name of the image, and a line.</param>
public sealed class ImageBuilder(ImageBuildOptions options, ICommandRunner commands, Action<string, string> say)
{
    private const string MakeIt = ": make one (make deb) and name it with --package out/provision_VERSION_amd64.deb, or put it into a repository that " +
        "netboot.mirror names";
    private readonly ImagePublisher publisher = new(options.Store);
    private string? mirrorIsDown;

    /// <summary>Builds one image, where its inputs changed.</summary>
    /// <param name="recipe">How it is made.</param>
    /// <param name="cancellation">Ends it; what was current stays so.</param>
    /// <exception cref="ImageException">It cannot be built, for a reason that the engineer can do something about.</exception>
    /// <exception cref="CommandFailedException">A program of the build failed.</exception>
    public ImageResult Build(ImageRecipe recipe, CancellationToken cancellation)
    {
        using var only = publisher.Lock();
        var since = Stopwatch.StartNew();
        using var work = new WorkFolder();
        var local = LocalPackages(recipe, Path.Combine(work.Path, "local"));
        var (apt, packages, kept) = Resolve(recipe, local, cancellation);
        var inputs = new ImageInputs(recipe, packages, options.Signer.PublicKey);
        var digest = inputs.Digest();
        if (!options.Force && publisher.IsWhole(recipe.Name, digest))
        {
            publisher.MakeCurrent(recipe.Name, digest);
            say(recipe.Name, $"unchanged: {packages.Count} packages, digest {digest[..12]}");
            return new ImageResult(recipe.Name, digest, Built: false, publisher.BytesOf(recipe.Name, digest), since.Elapsed.TotalSeconds, packages.Count, kept);
        }

        var phase = Stopwatch.StartNew();
        Phase(recipe, phase, $"fetching {packages.Count} packages", () => apt.Fetch(recipe.Wanted));
        var repository = Phase(recipe, phase, "keeping them as a signed repository", () => Keep(inputs, digest, apt, local));
        var parts = Parts(recipe, work, repository);
        var root = Path.Combine(work.Path, "root");
        var result = Directory.CreateDirectory(Path.Combine(work.Path, "out")).FullName;
        Phase(recipe, phase, recipe.IsInstaller ? "making kernel and initramfs" : "installing them", () =>
            MakeRoot(recipe, repository, root, parts, result, cancellation));
        var target = publisher.Begin(recipe.Name, digest);
        var files = Phase(recipe, phase, "packing", () => recipe.IsInstaller
            ? (IReadOnlyList<ImageFile>)[Take("vmlinuz"), Take("initrd.zst")]
            : [ImagePacker.PackRoot(root, target, commands)]);
        File.WriteAllBytes(Path.Combine(target, "inputs.json"), inputs.Canonical());
        ImagePacker.WriteManifest(Path.Combine(target, "manifest.json"),
            new ImageManifest { Name = recipe.Name, Inputs = digest, Release = recipe.Release, Files = files }, options.Signer);
        publisher.Publish(recipe.Name, digest);
        var bytes = files.Sum(file => file.Bytes);
        say(recipe.Name, string.Create(
            CultureInfo.InvariantCulture,
            $"built: {bytes / 1e6:0.0} MB in {since.Elapsed.TotalSeconds:0} s, {packages.Count} packages, digest {digest[..12]}"));
        return new ImageResult(recipe.Name, digest, Built: true, bytes, since.Elapsed.TotalSeconds, packages.Count, kept);

        ImageFile Take(string name)
        {
            var to = Path.Combine(target, name);
            File.Copy(Path.Combine(result, name), to);
            return ImagePacker.Describe(to);
        }
    }

    private (AptWorld Apt, IReadOnlyList<ImagePackage> Packages, bool Kept) Resolve(ImageRecipe recipe, string? local, CancellationToken cancellation)
    {
        var from = options.FromPackages;
        if (from is null)
        {
            var mirror = new AptWorld(Path.Combine(publisher.Scratch, "mirror"), recipe.Release, options.Sources, local, commands, cancellation);
            // The lists are asked for once a command; a mirror that is down is not waited for again. The packages that were named are this image's own.
            mirrorIsDown ??= mirror.Update();
            if (mirrorIsDown is null)
            {
                return (mirror, Exact(mirror, recipe), false);
            }

            from = publisher.KeptOf(recipe.Name)
                ?? throw new ImageException($"{recipe.Name}: the mirror does not answer ({mirrorIsDown}), and no packages of an earlier build are kept in " +
                    $"{options.Store}");
            say(recipe.Name, $"the mirror does not answer ({mirrorIsDown}); building from the kept packages {from[..12]}");
        }

        var repository = publisher.PackagesOf(from);
        if (!Directory.Exists(repository))
        {
            throw new ImageException($"{recipe.Name}: there are no kept packages {from} in {options.Store}");
        }

        var key = Path.Combine(publisher.Scratch, "kept.asc");
        options.Signer.ExportPackagesKey(key);
        var apt = new AptWorld(Path.Combine(publisher.Scratch, "kept"), recipe.Release, [$"deb [signed-by={key}] copy:{repository} ./"], local, commands,
            cancellation);
        return apt.Update() is { } bad
            ? throw new ImageException($"{recipe.Name}: the kept packages {from[..12]} cannot be used: {bad}")
            : (apt, Exact(apt, recipe), true);
    }

    private static IReadOnlyList<ImagePackage> Exact(AptWorld apt, ImageRecipe recipe)
    {
        try
        {
            return apt.Resolve(recipe.Wanted);
        }
        catch (ImageException e)
        {
            var hint = e.Message.Contains("package " + ImageRecipe.ProvisionPackage, StringComparison.Ordinal) ? MakeIt : "";
            throw new ImageException($"{recipe.Name}: {e.Message}{hint}");
        }
    }

    /// <summary>The packages that were named, as a repository.</summary>
    private string? LocalPackages(ImageRecipe recipe, string folder)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        Directory.CreateDirectory(folder);
        foreach (var file in options.Packages)
        {
            var about = commands.Run(Command.Of("dpkg-deb", "--show", "--showformat=${Package}\t${Version}\t${Architecture}", file));
            if (!about.Succeeded)
            {
                throw new ImageException($"--package {file}: {about.Error.Trim()}");
            }

            var facts = about.Text.Split('\t');
            if (!names.Add(facts[0]))
            {
                throw new ImageException($"--package {file}: the package {facts[0]} is named twice");
            }

            // The name that apt gives it, whatever it is called here.
            File.Copy(file, Path.Combine(folder, string.Join('_', facts).Replace(":", "%3a", StringComparison.Ordinal) + ".deb"));
        }

        if (!names.Contains(ImageRecipe.ProvisionPackage) && options.FromPackages is null && !HasProvision(recipe))
        {
            throw new ImageException("no package of provision itself" + MakeIt);
        }

        if (names.Count == 0)
        {
            return null;
        }

        PackageFolder.Index(folder, PackageFolder.LocalLabel, recipe.Release, commands);
        return folder;
    }

    private bool HasProvision(ImageRecipe recipe) => options.Sources.Count > 0 || publisher.KeptOf(recipe.Name) is not null;

    /// <summary>The exact packages as <c>packages/DIGEST</c>; where they are there already, they stay as they are.</summary>
    private string Keep(ImageInputs inputs, string digest, AptWorld apt, string? local)
    {
        var kept = publisher.PackagesOf(digest);
        if (Directory.Exists(kept))
        {
            return kept;
        }

        var folder = publisher.BeginPackages(digest);
        var fetched = new List<string>();
        foreach (var package in inputs.Packages)
        {
            // apt verifies what it fetches, but not again what it fetched for an earlier build.
            var from = ((string?[])[local, apt.Archives]).OfType<string>().Select(place => Path.Combine(place, package.File)).Where(File.Exists).ToList();
            var good = from.Find(file => Sha256(file) == package.Sha256);
            if (good is null)
            {
                from.ForEach(File.Delete);
                throw new ImageException($"the fetched {package.File} {(from.Count == 0 ? "is not there" : "is not what its index says; it was removed")}: " +
                    $"build again");
            }

            fetched.Add(good);
        }

        // Names of one content: many images have the same packages.
        commands.Run(Command.Of("cp", ["--link", "--target-directory=" + folder, .. fetched.Where(file => !IsLocal(file))])
            .WithTimeout(TimeSpan.FromMinutes(5))).OrThrow();
        fetched.Where(IsLocal).ToList().ForEach(file => File.Copy(file, Path.Combine(folder, Path.GetFileName(file))));
        PackageFolder.Index(folder, PackageFolder.KeptLabel, inputs.Recipe.Release, commands);
        options.Signer.SignPackages(folder);
        publisher.PublishPackages(digest);
        return kept;

        bool IsLocal(string file) => Path.GetDirectoryName(file) == local;

        static string Sha256(string file)
        {
            using var content = File.OpenRead(file);
            return Convert.ToHexStringLower(SHA256.HashData(content));
        }
    }

    private static string Parts(ImageRecipe recipe, WorkFolder work, string repository)
    {
        var parts = Directory.CreateDirectory(Path.Combine(work.Path, "parts")).FullName;
        foreach (var (name, text) in recipe.Files.Append(new("before.sh", recipe.Before)).Append(new("after.sh", recipe.After)))
        {
            File.WriteAllText(Path.Combine(parts, name), text);
        }

        File.Copy(Path.Combine(repository, PackageFolder.KeyFile), Path.Combine(parts, PackageFolder.KeyFile));
        return parts;
    }

    private void MakeRoot(ImageRecipe recipe, string repository, string root, string parts, string result, CancellationToken cancellation)
    {
        List<string> arguments =
        [
            "--quiet", "--variant=" + recipe.Variant, "--format=directory",
            "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-include=/usr/share/doc/*/copyright", "--dpkgopt=path-exclude=/usr/share/locale/*",
            // The indices are ours and as old as the build: neither their date nor their languages say anything.
            "--aptopt=Acquire::Languages \"none\"", "--aptopt=APT::Install-Recommends \"false\"",
            "--include=" + string.Join(',', recipe.Wanted.Where(wanted => wanted[0] != '?').Select(ImageRecipe.Bare)),
        ];
        if (recipe.Before.Length > 0)
        {
            arguments.Add($"--essential-hook=sh {parts}/before.sh \"$1\"");
        }

        // mmdebstrap has no later hook where nothing is configured.
        var last = recipe.IsInstaller ? "extract" : "customize";
        arguments.AddRange([$"--{last}-hook=sh {parts}/after.sh \"$1\" {parts} {result}", recipe.Release, root,
            $"deb [signed-by={parts}/{PackageFolder.KeyFile}] copy:{repository} ./"]);
        commands.Run(Command.Of("mmdebstrap", arguments).WithEnvironment("LC_ALL", "C.UTF-8").WithTimeout(TimeSpan.FromHours(2)), cancellation).OrThrow();
    }

    private void Phase(ImageRecipe recipe, Stopwatch since, string what, Action work) => Phase<object?>(recipe, since, what, () =>
    {
        work();
        return null;
    });

    private T Phase<T>(ImageRecipe recipe, Stopwatch since, string what, Func<T> work)
    {
        say(recipe.Name, what);
        since.Restart();
        var result = work();
        say(recipe.Name, string.Create(CultureInfo.InvariantCulture, $"{what}: {since.Elapsed.TotalSeconds:0.0} s"));
        return result;
    }

    /// <summary>A folder below TMPDIR that lives as long as a build; nothing in it is a mount point any more when that ends.</summary>
    private sealed class WorkFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("provision-image-").FullName;

        // Never into another file system: should mmdebstrap have been killed at a bad moment, /dev may be mounted there.
        public void Dispose() => new ProcessRunner().Run(Command.Of("rm", "-rf", "--one-file-system", Path));
    }
}
