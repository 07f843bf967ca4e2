using System.Globalization;

namespace Provision.Storage.Observe;

/// <summary>
/// The health of a drive from what smartctl concludes: its status, <c>when_failed</c>, self-test logs, endurance, error counters, the bits of NVMe's
/// critical warning. Numbers of attributes are taken from <c>raw.string</c>: <c>raw.value</c> is all 48 bits, which pack several numbers.
/// </summary>
internal sealed class SmartHealth
{
    private const int WornOutPercent = 90;
    private const int CommandFailed = 1 << 2; // smartctl(8), exit status
    private const int FailsNow = 1 << 3;
    private const int TooHot = 1 << 1; // NVMe, critical warning

    // Attributes of ATA that count something of which a healthy drive has none.
    private static readonly (int Id, string One, string Many)[] Signs =
    [
        (5, "reallocated sector", "reallocated sectors"),
        (187, "uncorrectable error reported", "uncorrectable errors reported"),
        (197, "sector waiting for reallocation", "sectors waiting for reallocation"),
        (198, "sector that cannot be read", "sectors that cannot be read"),
    ];

    // Attributes whose normalized value is the part of the drive's life that is left, by the names of smartmontools' database: numbers mean other
    // things on other drives. Read if the drive or smartctl knows no endurance_used.
    private static readonly string[] LifeLeft =
        ["Media_Wearout_Indicator", "SSD_Life_Left", "Percent_Lifetime_Remain", "Percent_Lifetime_Used", "Wear_Leveling_Count", "Remaining_Lifetime_Perc",
            "Perc_Rated_Life_Used"];

    private static readonly string[] Temperatures = ["Airflow_Temperature_Cel", "Temperature_Celsius", "Temperature_Internal", "Drive_Temperature"];

    // Models whose attribute does not mean what its number says: prefix of the model, attribute, why.
    private static readonly (string Model, int Attribute, string Why)[] Exceptions =
    [
        ("CT250MX500", 197, "its firmware counts a pending sector for moments in which there is none"),
        ("CT500MX500", 197, "its firmware counts a pending sector for moments in which there is none"),
        ("CT1000MX500", 197, "its firmware counts a pending sector for moments in which there is none"),
        ("CT2000MX500", 197, "its firmware counts a pending sector for moments in which there is none"),
    ];

    private static readonly (int Bit, string What)[] NvmeWarnings =
    [
        (0, "its spare blocks are used up"),
        (2, "its reliability is degraded by errors"),
        (3, "it is read-only"),
        (4, "its volatile memory has no backup"),
        (5, "its persistent memory is read-only or unreliable"),
    ];

    private readonly Json smart;
    private readonly List<string> failures = [];
    private readonly List<string> signs = [];
    private string? hot;
    private bool isOnlyHot; // what the drive calls failure is its temperature
    private bool readAnything;

    private SmartHealth(Json smart) => this.smart = smart;

    /// <summary>Returns the health from the answer of <c>smartctl -j -a</c>.</summary>
    public static DriveHealth Of(Json smart) => new SmartHealth(smart).Judge();

    private DriveHealth Judge()
    {
        var exit = smart["smartctl"]["exit_status"].Number ?? 0;
        var message = smart["smartctl"]["messages"].Items.OrderByDescending(item => item["severity"].Text == "error").Select(item => item["string"].Text)
            .FirstOrDefault(text => text is not null);
        if (!smart["smart_status"].Exists && message?.Contains("STANDBY", StringComparison.OrdinalIgnoreCase) == true)
        {
            return DriveHealth.Unknown with { Reasons = ["it sleeps and was not woken"] };
        }

        if (!smart["smart_status"].Exists && smart["smart_support"]["available"].Truth == false)
        {
            return DriveHealth.Unknown with { Reasons = ["it has no SMART"] };
        }

        Ata();
        Nvme();
        Scsi();
        SelfTests();
        Endurance();
        var celsius = Celsius();
        Heat(celsius);
        var passed = smart["smart_status"]["passed"].Truth;
        if ((passed == false || (exit & FailsNow) != 0) && failures.Count == 0 && !isOnlyHot)
        {
            failures.Add("SMART reports failure");
        }

        var verdict = failures.Count > 0 ? HealthVerdict.Failed : signs.Count > 0 ? HealthVerdict.Worn
            : passed is not null ? HealthVerdict.Good : HealthVerdict.Unknown;
        var unseen = passed is null ? message ?? "smartctl returned no verdict"
            : readAnything || (exit & CommandFailed) == 0 ? null : message ?? "its attributes could not be read";
        return new DriveHealth(verdict, [.. failures, .. signs], celsius, smart["power_on_time"]["hours"].Number) { Hot = hot, Unseen = unseen };
    }

    private void Ata()
    {
        foreach (var attribute in smart["ata_smart_attributes"]["table"].Items)
        {
            readAnything = true;
            var (id, name, when) = (attribute["id"].Number, attribute["name"].Text ?? "", attribute["when_failed"].Text);
            if (Array.Exists(Exceptions, row => row.Attribute == id && smart["model_name"].Text?.StartsWith(row.Model, StringComparison.Ordinal) == true))
            {
                continue;
            }

            var heat = Temperatures.Contains(name);
            if (when == "now" && heat)
            {
                hot ??= "over the limit of the drive";
            }
            else if (when is "now" && attribute["flags"]["prefailure"].Truth == true)
            {
                failures.Add($"{name} is under its threshold");
            }
            else if (when is "now" && !LifeLeft.Contains(name))
            {
                signs.Add($"{name} is under its threshold");
            }
            else if (when is "past" && !heat)
            {
                signs.Add($"{name} was under its threshold");
            }

            if (Array.Find(Signs, sign => sign.Id == id) is { One: not null } sign)
            {
                Count(RawNumber(attribute["raw"]), sign.One, sign.Many);
            }
        }
    }

    private void Nvme()
    {
        var log = smart["nvme_smart_health_information_log"];
        if (!log.Exists)
        {
            return;
        }

        readAnything = true;
        Count(log["media_errors"].Number, "media error", "media errors");
        var warning = log["critical_warning"].Number ?? smart["smart_status"]["nvme"]["value"].Number ?? 0;
        failures.AddRange(NvmeWarnings.Where(row => (warning & (1L << row.Bit)) != 0).Select(row => row.What));
        if ((warning & TooHot) != 0)
        {
            (hot, isOnlyHot) = ("over the limit of the drive", warning == TooHot);
        }

        if (failures.Count == 0 && log["available_spare"].Number is { } spare && log["available_spare_threshold"].Number is { } threshold && spare < threshold)
        {
            failures.Add(string.Create(CultureInfo.InvariantCulture, $"{spare}% of its spare blocks are left"));
        }
    }

    private void Scsi()
    {
        var counters = smart["scsi_error_counter_log"];
        readAnything |= counters.Exists || smart["scsi_grown_defect_list"].Exists;
        Count(smart["scsi_grown_defect_list"].Number, "grown defect", "grown defects");
        foreach (var kind in (string[])["read", "write", "verify"])
        {
            Count(counters[kind]["total_uncorrected_errors"].Number, $"{kind} error that was not corrected", $"{kind} errors that were not corrected");
        }

        // Additional sense code 0Bh/01h: the drive is too hot, and nothing else.
        var status = smart["smart_status"]["scsi"];
        if (status["asc"].Number == 0x0b && status["ascq"].Number == 1)
        {
            (hot, isOnlyHot) = ("over the limit of the drive", true);
        }
        else if (status["ie_string"].Text is { } why && smart["smart_status"]["passed"].Truth == false)
        {
            failures.Add(why);
        }
    }

    private void SelfTests()
    {
        foreach (var log in (Json[])[smart["ata_smart_self_test_log"]["extended"], smart["ata_smart_self_test_log"]["standard"]])
        {
            // A test that failed before a longer one that passed is outdated; smartctl counts those.
            var failed = log["table"].Items.FirstOrDefault(item => item["status"]["passed"].Truth == false);
            var valid = log["error_count_total"].Number is { } total ? total - (log["error_count_outdated"].Number ?? 0)
                : log["table"].Items.FirstOrDefault(item => item["status"]["passed"].Exists)["status"]["passed"].Truth == false ? 1 : 0;
            if (valid > 0 && failed.Exists)
            {
                Test(failed["status"]["string"].Text, failed["lba"].Number);
                return;
            }
        }

        // NVMe: result 0 is success; 1 to 4, 8 and 9 are aborts. SCSI: 3 to 7 are failures.
        if (smart["nvme_self_test_log"]["table"].Items.FirstOrDefault(item =>
            item["self_test_result"]["value"].Number is 0 or 5 or 6 or 7) is { Exists: true } nvme
            && nvme["self_test_result"]["value"].Number != 0)
        {
            Test(nvme["self_test_result"]["string"].Text, nvme["lba"].Number);
        }

        for (var number = 0; number < 20 && smart[$"scsi_self_test_{number}"] is { Exists: true } test; number++)
        {
            var result = test["result"]["value"].Number;
            if (result is 0 or (>= 3 and <= 7))
            {
                if (result != 0)
                {
                    Test(test["result"]["string"].Text, test["lba_first_failure"]["value"].Number ?? test["lba_first_failure"].Number);
                }

                break;
            }
        }
    }

    private void Test(string? said, long? sector) => signs.Add(
        sector is >= 0 ? string.Create(CultureInfo.InvariantCulture, $"its own test could not read sector {sector}")
            : $"its own test failed: {said ?? "no reason is given"}");

    private void Endurance()
    {
        var used = smart["endurance_used"]["current_percent"].Number ?? smart["nvme_smart_health_information_log"]["percentage_used"].Number
            ?? smart["scsi_percentage_used_endurance_indicator"].Number;
        if (used is null && smart["rotation_rate"].Number is null or 0)
        {
            var left = smart["ata_smart_attributes"]["table"].Items.Where(item => LifeLeft.Contains(item["name"].Text)).Select(item => item["value"].Number)
                .FirstOrDefault(value => value is >= 0 and <= 100);
            used = 100 - left;
        }

        if (used is >= WornOutPercent)
        {
            signs.Add(string.Create(CultureInfo.InvariantCulture, $"{used}% of its endurance used"));
        }
    }

    private int? Celsius() =>
        (smart["nvme_smart_health_information_log"]["temperature"].Number ?? smart["temperature"]["current"].Number) is > -100 and < 200 and var degrees
            ? (int?)degrees : null;

    private void Heat(int? celsius)
    {
        var limit = smart["nvme_composite_temperature_threshold"]["warning"].Number ?? smart["temperature"]["drive_trip"].Number
            ?? smart["temperature"]["op_limit_max"].Number;
        if (hot is null && celsius >= limit && limit > 0)
        {
            hot = "over the limit of the drive";
        }

        hot = hot is null ? null : celsius is null ? hot : string.Create(CultureInfo.InvariantCulture, $"{celsius} C");
    }

    /// <summary>The number that the text of a raw value begins with; without a text, a value that is too small to be packed.</summary>
    private static long? RawNumber(Json raw)
    {
        var digits = raw["string"].Text?.TakeWhile(char.IsAsciiDigit).Count();
        return digits is null ? raw["value"].Number is <= ushort.MaxValue and var small ? small : null
            : long.TryParse(raw["string"].Text.AsSpan(0, digits.Value), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private void Count(long? number, string one, string many)
    {
        if (number > 0)
        {
            signs.Add(string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? one : many)}"));
        }
    }
}
