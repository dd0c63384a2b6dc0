-- DropIndex
DROP INDEX "SavedView_userName_page_name_key";

-- AlterTable
-- Views from before have a name only, which may be a person's or a token's: nobody's own until an admin deletes them.
ALTER TABLE "SavedView" ADD COLUMN     "ownerId" TEXT;
UPDATE "SavedView" SET "ownerId" = 'name:' || "userName";
ALTER TABLE "SavedView" ALTER COLUMN "ownerId" SET NOT NULL;

-- CreateIndex
CREATE UNIQUE INDEX "SavedView_ownerId_page_name_key" ON "SavedView"("ownerId", "page", "name");
