using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Provision.Boot.Arm;
using Provision.Boot.Images;
using Provision.Boot.Jobs;
using Provision.Boot.Server;
using Provision.Cli.Printing;
using Provision.Configuration.Repository;
using Provision.Inventory;
using Provision.Storage.Plans;
using Provision.Stores.Failover;

namespace Provision.Cli.Commands;

/// <summary><c>provision netboot arm</c>: checks the gates, shows the plan, asks for confirmation and creates the job.</summary>
internal static class NetbootArmCommand
{
    private static readonly TimeSpan GateLimit = TimeSpan.FromSeconds(60);

    public static Command Create() => Create(
        "arm",
        "Shows the destructive plan of a reinstall with its hash, asks for confirmation, and arms the host: its next network boot starts the installer, " +
        "once. " +
        "The plan comes from the drive record, so the host may be dead. If the machine's plan differs, the installer stops without writing and waits for " +
            "\"netboot approve\".\n\n" +
        "Run it on the boot server. If any gate fails, arming is refused and every reason is listed.",
        NetbootCommand.Host(),
        NetbootCommand.State(),
        (_, armed, _) => Task.FromResult(armed()));

    /// <summary>Creates a command that arms a host, possibly with steps before and after.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">Its description.</param>
    /// <param name="host">The host argument.</param>
    /// <param name="state">The state directory option.</param>
    /// <param name="work">Receives the function that arms, and returns the exit code.</param>
    /// <param name="plants">True if it always tries to put the return key on the old system's disk.</param>
    public static Command Create(string name, string text, Argument<string> host, Option<string> state, Func<ParseResult, Func<int>, CancellationToken,
        Task<int>> work, bool plants = false)
    {
        var store = new Option<string?>("--store") { Description = "Image repository (default: that of the host's site)", HelpName = "DIR" };
        var serials = StorageOptions.SystemDisks();
        var lasting = new TimeOption("--for", "How long it stays armed", "30m");
        var image = new Option<string?>(
            "--image")
        { Description = "Name of the image (default: that of the host's roles, such as os-imap)", HelpName = "NAME" };
        var uuid = new Option<string?>(
            "--dmi-uuid")
        {
            Description = "UUID of the machine's firmware (default: that of the first machine that boots with one of the host's MACs)",
            HelpName = "UUID"
        };
        var code = new Option<bool>("--require-code")
        {
            Description = "Wait for the code on the machine's console even if its old system has the key of the reinstall"
        };
        var noCode = new Option<string?>("--no-code")
        {
            Description = "Give the job to the first machine that claims it, without code or key; the reason is kept with the job",
            HelpName = "REASON"
        };
        var plant = new Option<bool>("--plant") { Description = "Put a key for the installer on the old system's disk, by ssh: no code is needed then" };
        var fresh = new Option<bool>("--new-identity") { Description = "Give the host new keys instead of its own; use it after a compromise" };
        var wait = new Option<bool>("--wait")
        {
            Description = "Keep a stopped installer up for engineers (default: after ten minutes it restarts into the " +
            "system on the disk)"
        };
        var signKey = SignKey();
        var dirty = new Option<bool>("--allow-dirty") { Description = "Arm despite uncommitted changes (the reinstall will not include them)" };
        var yes = StorageOptions.Yes();
        var force = new Option<string?>(
            "--force")
        { Description = "Arm despite the gates of stores and roles; the reason is kept with the job", HelpName = "REASON" };
        var database = MastersDatabase.Option();
        var command = new Command(name, text);
        command.Arguments.Add(host);
        foreach (var option in new Option[] { state, store, serials, lasting.Option, image, uuid, code, noCode, fresh, wait, signKey,
            dirty, yes, force, database })
        {
            command.Options.Add(option);
        }

        if (!plants)
        {
            command.Options.Add(plant);
        }

        command.SetAction((arguments, cancellation) => work(arguments, () => Arm(
            arguments,
            arguments.GetValue(host)!,
            new ArmWish(arguments.GetValue(serials)!, UuidOf(arguments.GetValue(uuid)), arguments.GetValue(image), arguments.GetValue(dirty),
                arguments.GetValue(fresh), arguments.GetValue(code), arguments.GetValue(wait))
            { NoCode = Reason(arguments.GetValue(noCode)) },
            state,
            arguments.GetValue(store),
            lasting.In(arguments),
            arguments.GetValue(yes),
            arguments.GetValue(signKey),
            plants || arguments.GetValue(plant),
            facts => AskGates(arguments, database, arguments.GetValue(force), facts)), cancellation));
        return command;
    }

    /// <summary>The option for the key that signs orders.</summary>
    public static Option<string?> SignKey() => new("--sign-key")
    {
        Description = $"Ssh key that signs the order: a private key, or a public key whose private half is in your agent (default: {OrderSigner.DefaultKey})",
        HelpName = "FILE"
    };

    /// <summary>Signs an order, and verifies it as the installer will; ends the command if that would refuse it.</summary>
    /// <param name="order">The order.</param>
    /// <param name="signer">Signs; null for no key.</param>
    /// <param name="signers">Who may sign, as the installer has it; null if that is not known.</param>
    /// <param name="commands">Runs ssh-keygen.</param>
    public static SignedOrder Sign(SignedOrder order, OrderSigner? signer, string? signers, ICommandRunner commands)
    {
        if (signer is null)
        {
            return order;
        }

        var signed = signer.Sign(order);
        if (AllowedSigners.Has(signers, OrderDocument.SignatureNamespace)
            && signed.Verify(signers!, new SshSignatures(commands)) is { Problem: { } problem })
        {
            throw new UserErrorException($"the installer does not accept orders signed with {signer.Key}: {problem}");
        }

        return signed;
    }

    private static int Arm(ParseResult arguments, string name, ArmWish wish, Option<string> stateOption, string? store, TimeSpan lasting, bool yes,
        string? signKey, bool plants, Func<(Workspace Workspace, Host Host, IJobDatabase Jobs, ArmFacts Facts), ArmFacts> stores)
    {
        var workspace = Workspace.Load(arguments);
        var repository = workspace.Folder;
        using var pinned = workspace.AtPinned(workspace.Host(name));
        workspace = pinned ?? workspace;
        var (host, revision) = (workspace.Host(name), workspace.Revision);

        using var jobs = NetbootCommand.Open(arguments, stateOption, create: true);
        var plan = Arming.PlanOf(workspace.Fleet, host, wish);
        var images = new ImageRepository(store ?? workspace.Fleet.FindSite(host.Site)!.Netboot.Store);
        var signer = OrderSigner.Of(signKey, workspace.Commands);
        var facts = Arming.FactsOf(workspace.Fleet, host, plan, wish, revision.HasCommit ? revision.Id : null, revision.Dirty, images, jobs.FindOpenOf(name));
        var signers = facts.Installer is { } installer ? images.SignersIn(installer) : null;
        facts = facts with
        {
            HasOrderKey = signer is not null,
            CommitProblem = facts.Commit is { } commit ? CommitProblem(new Git(workspace.Commands, repository), commit, signers) : null,
        };
        var json = arguments.GetValue(GlobalOptions.Output) == OutputForm.Json;
        if (plan is not null && !json)
        {
            StoragePlanPrinter.Print(arguments, plan, all: false);
            Console.Out.WriteLine($"hash {plan.Hash}\nimage {facts.Image ?? facts.ImageName}, commit {revision.Short}");
        }

        // Also if the repository alone forbids it: every reason is listed at once.
        facts = stores((workspace, host, jobs, facts));
        var permit = ArmGates.Ask(facts, out var objections) ?? throw new UserErrorException(objections);
        Confirmation.OfPlan(plan!, yes, name);
        var state = new StateDirectory(arguments.GetValue(stateOption)!);
        state.KeepBundles([.. jobs.Jobs(onlyOpen: true, 10_000).Select(open => open.Commit)]);
        state.MakeBundle(repository, revision.Id, workspace.Commands);
        var last = jobs.Jobs(onlyOpen: false, 2000).Where(known => known.Host == name && known.Signed is not null)
            .Select(known => OrderDocument.Parse(known.Signed!.Document).Number).DefaultIfEmpty().Max();
        var job = JobRules.Arm(permit, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), Environment.UserName +
            (facts.ForceReason is { } reason ? $", by force: {reason}" : ""), DateTimeOffset.UtcNow, lasting, last);
        job = job with { Signed = Sign(job.Signed!, signer, signers, workspace.Commands) };
        if (Trust.Note("the installer", signers) is { } note)
        {
            Console.Error.WriteLine(note);
        }

        if (!jobs.TryAdd(job))
        {
            throw new UserErrorException($"{name}, or a host with one of its network cards, has just been armed by another command");
        }

        if (plants && job.NoCode is null)
        {
            job = Plant(workspace, host, jobs, job, state.Key());
        }

        if (job is { NoCode: null, Planted: false } or { NeedsCode: true })
        {
            Console.Error.WriteLine($"{name} will wait for a person: compare the code on its console (netboot approve {name} --code CODE)");
        }

        if (json)
        {
            Json.Print(writer => NetbootJobCommands.WriteJson(writer, job, null));
        }
        else
        {
            Console.Out.WriteLine($"{name} is armed until {job.Deadline:u}: boot it from the network, and follow with: provision netboot watch {name}");
        }

        return ExitCodes.Same;
    }

    /// <summary>Puts the return key on the disk of the old system. A host that does not answer has none, and its installer asks for the code.</summary>
    private static Job Plant(Workspace workspace, Host host, IJobDatabase jobs, Job job, JobKey key)
    {
        string why;
        try
        {
            var result = SlotSession.Shell(workspace).Run(host, GateLimit, null, ["provision", "installer", "plant"],
                Encoding.ASCII.GetBytes(key.ReturnKeyOf(job.Id, job.Approvals).Text));
            if (result.Succeeded)
            {
                Console.Error.WriteLine($"the old system of {host.Name} has a key for the installer on its disk");
                return jobs.Change(job.Id, new KeyPlanted(DateTimeOffset.UtcNow))!.Job;
            }

            why = Ssh.Last(result.Error);
        }
        catch (HostUnreachableException e)
        {
            why = e.Message;
        }

        Console.Error.WriteLine($"no key for the installer could be put on the disk of {host.Name}: {why}");
        return job;
    }

    private static string? Reason(string? given) =>
        given is null || given.Trim().Length > 0 ? given : throw new UserErrorException("--no-code: give the reason, which is kept with the job");

    /// <summary>Verifies the commit by the signers of this machine, and by those of the installer, which would refuse it later.</summary>
    private static string? CommitProblem(Git repository, string commit, string? installers)
    {
        using var system = RootedFiles.Open("/");
        return Trust.CommitProblem(repository, commit, AllowedSigners.Of(system)) ?? Trust.CommitProblem(repository, commit, installers);
    }

    /// <summary>Evaluates the gates of the host's data: the commands of its roles, then its stores, with a full comparison of every copy that would
    /// remain.</summary>
    private static ArmFacts AskGates(
        ParseResult arguments, Option<string?> database, string? force, (Workspace Workspace, Host Host, IJobDatabase Jobs, ArmFacts Facts) about)
    {
        var facts = about.Facts with { ForceReason = force };
        if (about.Host.Status == HostStatus.Retired)
        {
            return facts;
        }

        var answers = force is { Length: > 0 }
            ? new RoleGateAnswers([.. facts.Roles.Where(role => role.Gate is { Kind: GateKind.Command })
                .Select(role => $"{role.Name}: {role.Gate!.Name} was not asked (forced)")], [])
            : RoleGates.Ask(about.Workspace.Fleet, about.Host, facts.Roles, RunOn(SlotSession.Shell(about.Workspace)));
        foreach (var answer in answers.Answers)
        {
            Console.Error.WriteLine($"gate {answer}");
        }

        var single = SingleCopies.Consequence(about.Workspace.Fleet, about.Host);
        if (single is not null)
        {
            Console.Error.WriteLine($"note: {single}");
        }

        facts = Stores(arguments, database,
            about with { Facts = facts with { GateAnswers = [.. answers.Answers, .. single is null ? (string[])[] : [single]] } });
        return facts with { DataObjections = [.. answers.Objections, .. facts.DataObjections] };
    }

    private static Func<Host, IReadOnlyList<string>, GateRun> RunOn(HostShell shell) => (target, command) =>
    {
        try
        {
            var result = shell.Run(target, GateLimit, command);
            return result.ExitCode == 124 // timeout(1), and the runner's own limit: no answer
                ? new GateRun(null, $"no answer within {GateLimit.TotalSeconds:0} seconds")
                : new GateRun(result.ExitCode, result.ExitCode == 0 ? result.Text : result.Error.Trim().Length > 0 ? result.Error : result.Text);
        }
        catch (HostUnreachableException e)
        {
            return new GateRun(null, e.Message);
        }
    };

    private static ArmFacts Stores(ParseResult arguments, Option<string?> database, (Workspace Workspace, Host Host, IJobDatabase Jobs, ArmFacts Facts) about)
    {
        var (workspace, host, jobs, facts) = about;
        if (!facts.Roles.Any(role => role.Gate is { Kind: GateKind.NoMasters }))
        {
            return facts;
        }

        IReadOnlyList<Diagnostic> single = SingleCopies.Objection(workspace.Fleet, host) is { } objection ? [objection] : [];
        if (!workspace.Fleet.SlotsOf(host).Any(slot => workspace.Fleet.StoreOfSlot(slot.Name) is { Slots.Count: > 1 }))
        {
            return facts with { DataObjections = single };
        }

        try
        {
            using var masters = MastersDatabase.Open(workspace, arguments.GetValue(database));
            var now = masters.Read();
            Console.Error.WriteLine($"comparing the copies of {host.Name}'s stores, mailbox by mailbox");
            var digests = new RemoteDigests(SlotSession.Shell(workspace));
            var stores = StoreGates.Observe(workspace.Fleet, host, now, name => jobs.FindOpenOf(name) is not null, digests.Difference, out var unknown);
            return facts with { DataObjections = [.. single, .. unknown is null ? StoreGates.Objections(host, stores) : [StoreGates.Unseen(host, unknown)]] };
        }
        catch (StateLostException e)
        {
            return facts with { DataObjections = [.. single, StoreGates.Unseen(host, e.Message)] };
        }
    }

    private static string? UuidOf(string? text) =>
        text is null ? null
        : Guid.TryParseExact(text, "D", out var uuid) ? uuid.ToString("D")
            : throw new UserErrorException($"--dmi-uuid {text}: expected a UUID, as dmidecode -s system-uuid prints it");
}
