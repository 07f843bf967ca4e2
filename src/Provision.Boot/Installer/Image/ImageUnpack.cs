using System.Globalization;
using Provision.Boot.Installer.Target;
using Provision.Storage.Guard;

namespace Provision.Boot.Installer.Image;

/// <summary>Streams the image into the new root: fetched, verified, unpacked and written at the same time.</summary>
internal static class ImageUnpack
{
    public static void Unpack(InstallRun run)
    {
        var told = 0.0;
        var reader = new PieceReader(run.Channel, run.Image, run.Holds(Safeguard.PieceHash), run.Machine.Wait, Progress);
        run.Guard.Run(DiskCommands.Unpack(TargetMaker.RootDevice(run), InstallMachine.Root, to => reader.Read(to)));
        run.Machine.Files.SyncFilesystem(InstallMachine.Root);

        void Progress(double done, string? trouble)
        {
            if (trouble is not null)
            {
                run.Say(trouble, done, isError: true);
            }
            else if (done - told >= 0.05 || done >= 1)
            {
                told = done;
                run.Say(string.Create(CultureInfo.InvariantCulture, $"{done * 100:0} % of {run.Image.Root.Bytes >> 20} MiB"), done);
            }
        }
    }
}
