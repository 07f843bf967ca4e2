using Provision.Boot.Installer.Protect;
using Provision.Boot.Jobs;

namespace Provision.Boot.Tests;

/// <summary>What speaks against a protected disk after an installation, with and without each half of the proof.</summary>
public class ProofTests
{
    [Theory]
    [InlineData(0, "a", "a", null)]
    [InlineData(8, "a", "a", "PROTECTED DISK /dev/sdc (rear/4 serial A): 8 sectors were written during the installation")]
    [InlineData(0, "a", "b", "PROTECTED DISK /dev/sdc (rear/4 serial A): its tables, headers or superblocks have changed, or it was pulled and reinserted")]
    [InlineData(0, "", "b", "PROTECTED DISK /dev/sdc (rear/4 serial A): appeared during the installation")]
    [InlineData(0, "a", "", "PROTECTED DISK /dev/sdc (rear/4 serial A): was there when the installation began and is not any more")]
    [InlineData(0, "a-7", "a-9", "PROTECTED DISK /dev/sdc (rear/4 serial A): its tables, headers or superblocks have changed, or it was pulled and reinserted")]
    public void A_difference_is_told_with_the_disk_and_its_bay(long sectors, string before, string after, string? says)
    {
        ProtectedDevice[] disks = [new("sdb", "rear/3 serial B", 0, "x", "x"), new("sdc", "rear/4 serial A", sectors, before, after)];
        Assert.Equal(says is null ? [] : new[] { says }, Proof.Differences(disks, sectors: true, fingerprint: true)
            .Select(problem => says is not null && problem.StartsWith(says, StringComparison.Ordinal) ? says : problem));

        // Each half left out, its own difference is not seen.
        Assert.Equal(before == after ? 0 : 1, Proof.Differences(disks, sectors: false, fingerprint: true).Count);
        Assert.Equal(sectors == 0 ? 0 : 1, Proof.Differences(disks, sectors: true, fingerprint: false).Count);
    }

    [Fact]
    public void A_byte_in_the_head_or_at_the_end_of_a_partition_is_another_fingerprint()
    {
        var file = Path.GetTempFileName();
        try
        {
            var content = new byte[20 << 20];
            var prints = new HashSet<string>(StringComparer.Ordinal);
            foreach (var at in (int[])[-1, 0, 4095, (4 << 20) - 1, 16 << 20, (20 << 20) - 1])
            {
                Array.Clear(content);
                if (at >= 0)
                {
                    content[at] = 1;
                }

                File.WriteAllBytes(file, content);
                Assert.True(prints.Add(Fingerprint.Of([(file, content.Length)])), $"byte {at} is not seen");
            }
        }
        finally
        {
            File.Delete(file);
        }
    }
}
