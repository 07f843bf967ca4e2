using System.CommandLine;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision schema</c>: prints the inventory's format for editors.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema", "Prints the JSON Schema (2020-12) of the inventory, with which editors complete and check it.");
        command.SetAction(_ =>
        {
            Console.Out.WriteLine(InventorySchema.ToJson());
            return ExitCodes.Same;
        });
        return command;
    }
}
