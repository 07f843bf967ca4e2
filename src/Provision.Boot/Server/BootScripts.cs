using System.Text;
using Provision.Boot.Jobs;

namespace Provision.Boot.Server;

/// <summary>What an installer or discovery is started with.</summary>
/// <param name="Image">The installer's image below the artefacts: <c>installer/DIGEST</c>.</param>
/// <param name="Server">Base address of the boot server.</param>
/// <param name="KernelOptions">More words for the kernel; checked by the inventory's key table.</param>
internal sealed record InstallerBoot(string Image, string Server, IReadOnlyList<string> KernelOptions);

/// <summary>The scripts that iPXE runs. Pure text; nothing that a machine said is in one but as printable words of an echo.</summary>
internal static class BootScripts
{
    /// <summary>
    /// The first script, the same for every machine: asks for the machine's own. It is tried three times, then the machine starts from its own disk:
    /// a boot server that is down stops no machine. The UUID is asked for in iPXE's own form of it: as a string it would be its sixteen bytes.
    /// </summary>
    public const string First = """
        #!ipxe
        set tries:int32 0
        :ask
        chain --autofree --replace /boot/${netX/mac:hexhyp}?uuid=${uuid}&platform=${platform:uristring} ||
        inc tries
        iseq ${tries} 3 && goto local ||
        sleep 2
        goto ask

        """ + Local;

    /// <summary>
    /// From the machine's own disk. A BIOS gets its number; UEFI continues with the next entry of its boot order, but only where the one before has failed
    /// (EDK II shows its menu and waits where it succeeded); a BIOS that has no such drive continues in any case.
    /// </summary>
    private const string Local = """
        :local
        iseq ${platform} efi && exit 1 ||
        sanboot --no-describe --drive 0x80 || exit

        """;

    /// <summary>The script of one machine.</summary>
    /// <param name="decision">What it boots, and why.</param>
    /// <param name="job">The job of an installer; null for the rest.</param>
    /// <param name="boot">What the installer is started with; null where there is none, and then everything boots locally.</param>
    public static string Of(BootDecision decision, Job? job, InstallerBoot? boot)
    {
        var script = new StringBuilder("#!ipxe\n");
        var target = boot is null ? BootTarget.Local : decision.Target;
        var why = boot is null && decision.Target != BootTarget.Local ? decision.Why + ", but the store has no installer" : decision.Why;
        script.Append("echo provision: ").Append(target == BootTarget.Local ? "local disk: " : target == BootTarget.Discovery ? "discovery: " : "installer: ")
            .Append(Words(why)).Append('\n');
        if (target == BootTarget.Installer)
        {
            // The ticket with the token is a file of the initrd: what is on the command line is in every log.
            Kernel(script, boot!, "initrd=ticket " + InstallerWords.OfJob(boot!.Server, job!.Id));
            script.Append("initrd --name ticket ").Append(TicketOf(job!)).Append(" || goto local\nboot ||\n");
        }
        else if (target == BootTarget.Discovery)
        {
            Kernel(script, boot!, $"provision.server={boot!.Server} provision.discover");
            script.Append("boot ||\n");
        }

        return script.Append(Local).ToString();
    }

    /// <summary>The same decision for a running host that starts the installer from its own disk.</summary>
    /// <param name="decision">What it boots, and why.</param>
    /// <param name="job">The job of an installer; null for the rest.</param>
    /// <param name="boot">What the installer is started with; null where there is none.</param>
    /// <param name="mac">The card that was asked with.</param>
    public static BootOffer OfferOf(BootDecision decision, Job? job, InstallerBoot? boot, string mac) =>
        decision.Target != BootTarget.Installer || job is null ? new BootOffer(decision.Why)
        : boot is null ? new BootOffer(decision.Why + ", but the store has no installer")
        : new BootOffer(decision.Why, job.Id, $"/artefacts/{boot.Image}/manifest.json", TicketOf(job),
            InstallerWords.All(mac.Replace(':', '-'), InstallerWords.OfJob(boot.Server, job.Id), boot.KernelOptions), job.Signed);

    private static string TicketOf(Job job) => $"/jobs/{job.Id}/ticket";

    /// <summary>
    /// Under UEFI the kernel asks for its initrds by the names on its command line; <c>initrd.magic</c>, which is all of them, iPXE of before 2021 does not
    /// have, and Debian 12 ships that.
    /// </summary>
    private static void Kernel(StringBuilder script, InstallerBoot boot, string words)
    {
        script.Append("kernel /artefacts/").Append(boot.Image).Append("/vmlinuz initrd=initrd ")
            .Append(InstallerWords.All("${netX/mac:hexhyp}", words, boot.KernelOptions));
        script.Append(" || goto local\ninitrd --name initrd /artefacts/").Append(boot.Image).Append("/initrd.zst || goto local\n");
    }

    /// <summary>Words that a script may echo: iPXE expands <c>${}</c>, ends a command at <c>||</c> and <c>&amp;&amp;</c>, and a line at its end.</summary>
    private static string Words(string text) =>
        string.Concat(Printable.Of(text, 200)
            .Select(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '.' or ',' or ':' or ';' or '(' or ')' or '/' or '_' ? c : ' '));
}
