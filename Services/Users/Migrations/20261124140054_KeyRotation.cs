using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace EShop.Users.Migrations
{
    /// <inheritdoc />
    public partial class KeyRotation : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RenameColumn(
                name: "created_at",
                table: "signing_keys",
                newName: "signs_from");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RenameColumn(
                name: "signs_from",
                table: "signing_keys",
                newName: "created_at");
        }
    }
}
