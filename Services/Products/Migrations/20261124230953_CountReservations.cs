using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace EShop.Products.Migrations
{
    /// <inheritdoc />
    public partial class CountReservations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_reservations_reserved",
                table: "reservations",
                column: "order_id",
                filter: "status = 'reserved'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_reservations_reserved",
                table: "reservations");
        }
    }
}
