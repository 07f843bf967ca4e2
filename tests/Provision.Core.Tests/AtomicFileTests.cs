using System.Text;

namespace Provision.Core.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("provision-atomic-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Many_writers_of_one_file_never_fail_and_leave_nothing_but_the_file()
    {
        using var files = RootedFiles.Open(folder);
        var threads = Enumerable.Range(0, 4).Select(writer => new Thread(() =>
        {
            for (var turn = 0; turn < 200; turn++)
            {
                var content = Encoding.ASCII.GetBytes(new string((char)('a' + writer), 1000));
                if (writer % 2 == 0)
                {
                    AtomicFile.Write(files, "/file", content, FileModes.Private);
                }
                else
                {
                    AtomicFile.Write($"{folder}/file", content, FileModes.Private);
                }

                var read = File.ReadAllBytes($"{folder}/file");
                torn |= read.Length != 1000 || read.Distinct().Count() != 1;
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.False(torn);
        Assert.Equal([$"{folder}/file"], Directory.GetFileSystemEntries(folder));
    }

    private volatile bool torn;

    [Fact]
    public void Mode_and_missing_directories_are_made()
    {
        using var files = RootedFiles.Open(folder);
        AtomicFile.Write(files, "/deep/er/file", "new"u8, FileModes.GroupReadable, new Owner(Uid, Gid));
        Assert.Equal((FileModes.GroupReadable, new Owner(Uid, Gid)), (files.Stat("/deep/er/file")!.Mode, files.Stat("/deep/er/file")!.Owner));
        Assert.Equal(FileModes.PrivateDirectory, files.Stat("/deep/er")!.Mode);
    }

    [Fact]
    public void A_plain_file_keeps_its_mode()
    {
        AtomicFile.Write($"{folder}/file", "old"u8);
        Assert.Equal((UnixFileMode)FileModes.Public, File.GetUnixFileMode($"{folder}/file"));
        File.SetUnixFileMode($"{folder}/file", (UnixFileMode)FileModes.Private);
        AtomicFile.Write($"{folder}/file", "new"u8);
        Assert.Equal(("new", (UnixFileMode)FileModes.Private), (File.ReadAllText($"{folder}/file"), File.GetUnixFileMode($"{folder}/file")));
    }

    [Fact]
    public void A_failure_leaves_no_file_of_its_own()
    {
        Directory.CreateDirectory($"{folder}/file/full");
        var failed = Assert.Throws<MachineFileException>(() => AtomicFile.Write($"{folder}/file", "new"u8));
        Assert.Contains($"{folder}/file", failed.Message, StringComparison.Ordinal);
        Assert.Throws<MachineFileException>(() => AtomicFile.Write($"{folder}/no/such/file", "new"u8));
        Assert.Throws<InvalidDataException>(() => AtomicFile.Create($"{folder}/made", temporary =>
        {
            File.WriteAllText(temporary, "half");
            throw new InvalidDataException();
        }));
        Assert.Equal([$"{folder}/file"], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void What_a_program_makes_takes_the_place_with_its_mode()
    {
        File.WriteAllText($"{folder}/made", "old");
        AtomicFile.Create($"{folder}/made", temporary => File.WriteAllText(temporary, "new"), FileModes.Private);
        Assert.Equal(("new", (UnixFileMode)FileModes.Private), (File.ReadAllText($"{folder}/made"), File.GetUnixFileMode($"{folder}/made")));
        Assert.Equal([$"{folder}/made"], Directory.GetFileSystemEntries(folder));
    }

    private static uint Uid => Id("-u");

    private static uint Gid => Id("-g");

    private static uint Id(string option) => uint.Parse(new ProcessRunner().Run(Command.Of("id", option)).Text,
        System.Globalization.CultureInfo.InvariantCulture);
}
