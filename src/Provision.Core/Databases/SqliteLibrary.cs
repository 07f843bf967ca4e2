using System.Runtime.InteropServices;

namespace Provision.Core;

/// <summary>Loads the native SQLite library embedded in the program, and only when a database is first opened: a diff, or an installer in an initramfs, neither
/// needs it nor has a place to unpack it.</summary>
internal static class SqliteLibrary
{
    private static readonly Lock Turn = new();
    private static nint handle;

    /// <summary>Loads the library once, from a temporary file beside the database that is removed afterwards.</summary>
    /// <exception cref="DllNotFoundException">The library cannot be loaded from there.</exception>
    public static void Load(string folder)
    {
        lock (Turn)
        {
            if (handle != 0)
            {
                return;
            }

            var file = Path.Combine(folder, $".sqlite-{Guid.NewGuid():N}.so");
            try
            {
                using (var to = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = (UnixFileMode)FileModes.Private }))
                using (var from = typeof(SqliteLibrary).Assembly.GetManifestResourceStream("libe_sqlite3.so")!)
                {
                    from.CopyTo(to);
                }

                handle = NativeLibrary.Load(file);
            }
            finally
            {
                File.Delete(file);
            }

            NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) => name == "e_sqlite3" ? handle : 0);
            SQLitePCL.Batteries_V2.Init();
        }
    }
}
